using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// The paper's pictures with the published model: x̂_0 on the way (Fig. 6), samples that share x_t (Fig. 7), interpolations (Fig. 8 and 9).
/// </summary>
internal static class Figures
{
    public const string Name = "figures";

    private const int Columns = 8;

    private static readonly double[] Remaining = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05];
    private static readonly double[] Weights = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        var sampler = new DdpmSampler(model.Network, PublishedModel.Process(model, experiment.Budget.BoundSteps));
        Progressive(experiment, sampler, data.Train.Shape);
        Shared(experiment, sampler, data.Train.Shape);
        Interpolations(experiment, sampler, data);
        experiment.Tell($"Wrote progressive.png, shared.png and interpolation.png");
    }

    // A row is a sample; from left to right, what is left of the steps falls.
    private static void Progressive(Experiment experiment, DdpmSampler sampler, IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        int steps = sampler.Process.Coefficients.Timesteps;
        int[] shown = [.. Remaining.Select(share => (int)(share * steps)), 0];
        var estimates = new List<Tensor>();
        var request = new SamplingRequest
        {
            Count = Columns,
            SampleShape = shape,
            BatchSize = Columns,
            Noise = new PerSampleNoise(experiment.Seed),
        };
        foreach (SamplingState state in sampler.Steps(request, experiment.Stop))
        {
            if (state.X0 is not null && shown.Contains(state.Timestep)) estimates.Add(PixelConversion.ToBytes(state.X0));
        }

        experiment.SaveGrid(stack([.. estimates], 1).flatten(0, 1), ProgressiveTitles(shown), "progressive.png");
    }

    // A row is one x_t, at the left, of t = 3T/4, T/2, T/4 and T/8; all at its right were drawn from it.
    private static void Shared(Experiment experiment, DdpmSampler sampler, IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        int steps = sampler.Process.Coefficients.Timesteps;
        int[] levels = [steps * 3 / 4, steps / 2, steps / 4, steps / 8];
        var images = new List<Tensor>();
        var request = new SamplingRequest { Count = 1, SampleShape = shape, Noise = new PerSampleNoise(experiment.Seed) };
        foreach (SamplingState state in sampler.Steps(request, experiment.Stop))
        {
            if (state.X0 is null || !levels.Contains(state.Timestep)) continue;
            // What this state holds is x_{t-1}.
            Tensor many = state.X.expand(Columns, -1, -1, -1).clone();
            images.Add(PixelConversion.ToBytes(state.X));
            images.Add(
                PixelConversion.ToBytes(
                    sampler.SampleFrom(
                        many,
                        state.Timestep - 1,
                        new PerSampleNoise(experiment.Seed + 1),
                        cancellationToken: experiment.Stop)));
        }

        experiment.SaveGrid(cat([.. images]), SharedTitles(levels), "shared.png");
    }

    // Two test pictures at the ends of every row; what lies between was noised to t, mixed, and denoised. t grows from row to row.
    private static void Interpolations(Experiment experiment, DdpmSampler sampler, FashionMnist data)
    {
        using var scope = NewDisposeScope();
        int steps = sampler.Process.Coefficients.Timesteps;
        Tensor first = PixelConversion.FromBytes(data.Test.Images([0L])), second = PixelConversion.FromBytes(data.Test.Images([1L]));
        var rows = new List<Tensor>();
        int[] levels = [steps / 8, steps / 4, steps / 2, (steps * 3 / 4) - 1, steps - 1];
        foreach (int t in levels)
        {
            Tensor between = sampler.Interpolate(
                first,
                second,
                Weights,
                t,
                new PerSampleNoise(experiment.Seed),
                new InterpolationOptions { SharedNoise = true },
                cancellationToken: experiment.Stop);
            rows.Add(PixelConversion.ToBytes(cat([first, between.flatten(0, 1), second])));
        }

        experiment.SaveGrid(cat([.. rows]), InterpolationTitles(levels), "interpolation.png");
    }

    private static LabelledGridOptions ProgressiveTitles(int[] timesteps) => Experiment.Grid with
    {
        Title = "x̂_0 on the way",
        ColumnHeading = "t =",
        ColumnTitles = [.. timesteps.Select(Text)],
    };

    private static LabelledGridOptions SharedTitles(int[] levels) => Experiment.Grid with
    {
        Title = "Samples that share x_t",
        RowTitles = [.. levels.Select(level => $"t = {Text(level - 1)}")],
        ColumnTitles = ["x_t", .. Enumerable.Range(1, Columns).Select(Text)],
    };

    private static LabelledGridOptions InterpolationTitles(int[] levels) => Experiment.Grid with
    {
        Title = "From one picture to another",
        RowTitles = [.. levels.Select(level => $"t = {Text(level)}")],
        ColumnHeading = "weight",
        ColumnTitles = ["first", .. Weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)), "second"],
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
