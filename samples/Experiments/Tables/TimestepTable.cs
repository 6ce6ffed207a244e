using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>The published model's squared error of ε by timestep, on test pictures: L_simple is the mean of these.</summary>
internal static class TimestepTable
{
    public const string Name = "timesteps";

    private const string Error = "squared error of ε";
    private const int Intervals = 20, Pictures = 64;

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        var objective = new SimpleObjective(model.Process);
        ResultStore results = experiment.Results(Name);
        using var quiet = no_grad();
        using Tensor pictures = data.FirstOfTest(Math.Min(Pictures, experiment.Budget.BoundImages));
        using Tensor x0 = PixelConversion.FromBytes(pictures);
        var noise = new PerSampleNoise(experiment.Seed);
        int width = model.Process.Coefficients.Timesteps / Intervals, count = (int)x0.size(0);
        for (int interval = 0; interval < Intervals; interval++)
        {
            experiment.Stop.ThrowIfCancellationRequested();
            int first = interval * width;
            results.Row(string.Create(CultureInfo.InvariantCulture, $"{first} … {first + width - 1}"), () =>
            {
                // Each picture at a t of its own, over the whole interval.
                long[] t = [.. Enumerable.Range(0, count).Select(k => (long)(first + k * width / count))];
                using Tensor epsilon = noise.Draw(new NoiseRequest
                {
                    SampleIndices = [.. Enumerable.Range(0, count)],
                    Step = interval,
                    Shape = x0.shape,
                    ElementType = float32,
                    Device = CPU,
                });
                using Tensor losses = objective.Loss(model.Network, x0, t, epsilon).to(float64);
                double error = losses.std().item<double>() / Math.Sqrt(count);
                return new ResultRow(ResultRow.Failed("").Measures.Add(Error, new Measured(losses.mean().item<double>(), error)));
            });
        }

        experiment.Publish(Name, MarkdownTable.Of(results.Rows, (Error, "F5")));
    }

    /// <summary>The intervals of rows, for a plot.</summary>
    public static IReadOnlyList<TimestepLoss> Losses(IReadOnlyDictionary<string, ResultRow> rows) =>
    [
        .. rows.Select(row =>
        {
            int[] ends = [.. row.Key.Split(" … ").Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            return new TimestepLoss(ends[0], ends[1], row.Value.Measures[Error].Value);
        }),
    ];
}
