using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>What a recipe comes to: samples by Algorithm 2 over all T steps, measured, and the bound of test pictures.</summary>
internal static class RecipeRow
{
    public const string Bits = "bits/dim", Prior = "L_T", Rate = "rate", Distortion = "L_0";

    private const int BatchSize = 128;

    /// <summary>Trains and measures; a network that comes to numbers that are not finite is a row too.</summary>
    public static ResultRow Compute(Experiment experiment, FashionMnist data, SampleMeasures measures, Recipe recipe)
    {
        try
        {
            using TrainedRecipe trained = TrainedRecipe.Load(experiment, data, recipe);
            using IDisposable averaged = trained.Trainer.Ema.SwapIn();
            ImmutableSortedDictionary<string, Measured> row = Bound(experiment, data, trained.Network, recipe.Process);
            using Tensor samples = Draw(
                experiment,
                new DdpmSampler(trained.Network, recipe.Process),
                data.Train.Shape,
                experiment.Budget.Samples,
                recipe.Seed);
            using (Tensor shown = samples.narrow(0, 0, Math.Min(64, samples.size(0))))
            {
                experiment.SaveGrid(
                    shown,
                    Experiment.Grid with { Title = $"{recipe.Name}, seed {recipe.Seed}", Columns = 16 },
                    "samples",
                    $"{TrainedRecipe.Slug(recipe.Name)}-{recipe.Seed}.png");
            }

            row = row.AddRange(measures.Of(samples));
            experiment.Tell($"{recipe.Name}: FID {row[SampleMeasures.Fid].Value:F2}, {row[Bits].Value:F3} bits/dim");
            return new ResultRow(row);
        }
        catch (NonFiniteException exception)
        {
            experiment.Tell($"{recipe.Name}: {exception.Message}");
            return ResultRow.Failed($"not finite: {exception.Message}");
        }
    }

    /// <summary>Samples as bytes, uint8 [N, 1, H, W]; a fresh tensor.</summary>
    public static Tensor Draw(Experiment experiment, DiffusionSampler sampler, IReadOnlyList<long> shape, int count, long seed)
    {
        var request = new SamplingRequest { Count = count, SampleShape = shape, BatchSize = BatchSize, Noise = new PerSampleNoise(seed) };
        using Tensor samples = sampler.Sample(request, cancellationToken: experiment.Stop);
        return PixelConversion.ToBytes(samples);
    }

    private static ImmutableSortedDictionary<string, Measured> Bound(
        Experiment experiment,
        FashionMnist data,
        IEpsilonModel network,
        ReverseDiffusion process)
    {
        var options = new DatasetBoundOptions { Examples = experiment.Budget.BoundImages, BatchSize = BatchSize, Seed = experiment.Seed };
        return Bound(DatasetBound.Evaluate(new VariationalBound(network, process), data.Test, options, cancellationToken: experiment.Stop));
    }

    /// <summary>The bound and its parts as measures.</summary>
    public static ImmutableSortedDictionary<string, Measured> Bound(BoundReport report) => ImmutableSortedDictionary<string, Measured>.Empty
        .Add(Bits, Of(report.Total)).Add(Prior, Of(report.Prior)).Add(Rate, Of(report.Rate)).Add(Distortion, Of(report.Distortion));

    private static Measured Of(Estimate estimate) => new(estimate.Mean, estimate.StandardError);
}
