using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Computes all measures of samples that need only features.</summary>
public static class SampleReport
{
    /// <summary>Measures generated samples against real ones.</summary>
    /// <param name="title">The title of the report.</param>
    /// <param name="real">Features of real samples, floating-point [N, D], all finite.</param>
    /// <param name="generated">Features of generated samples, [M, D]; compare only numbers of equal N and M.</param>
    /// <param name="extractor">The name of the features, for the settings: do not compare different kinds of features.</param>
    /// <param name="seed">The seed that chooses the kernel distance's subsets.</param>
    /// <param name="logger">Receives warnings if the sets are too small for a distance. Default: no logging.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>Fréchet and kernel distance, precision, recall, density and coverage.</returns>
    /// <exception cref="ArgumentException">A set has another shape, fewer than 6 rows, or a number that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static EvaluationReport Compute(string title, Tensor real, Tensor generated, string extractor, long seed = 0,
        ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(extractor);
        using var scope = NewDisposeScope();
        (Tensor first, Tensor second) = Distances.Pair(real, generated);
        const int Precision = 3, Density = 5;
        Balls.RequireNeighbours(first, nameof(real), Density);
        Balls.RequireNeighbours(second, nameof(generated), Density);
        int subset = (int)Math.Min(1000, Math.Min(first.size(0), second.size(0)));
        double frechet = FrechetDistance.Compute(first, second, logger);
        cancellationToken.ThrowIfCancellationRequested();
        KernelDistanceResult kernel = KernelDistance.Compute(first, second, 100, subset, seed, logger, cancellationToken);
        PrecisionRecallResult balls = PrecisionRecall.Compute(first, second, Precision, cancellationToken);
        DensityCoverageResult density = DensityCoverage.Compute(first, second, Density, cancellationToken);
        return new EvaluationReport(
            title,
            ImmutableSortedDictionary<string, string>.Empty
                .Add("real", first.size(0).ToString(CultureInfo.InvariantCulture))
                .Add("generated", second.size(0).ToString(CultureInfo.InvariantCulture))
                .Add("features", string.Create(CultureInfo.InvariantCulture, $"{extractor}, {first.size(1)}")),
            [
                new Metric("frechet_distance", frechet, null, "lower is better"),
                new Metric("kernel_distance", kernel.Mean, kernel.StandardDeviation, string.Create(CultureInfo.InvariantCulture,
                    $"lower is better; ± deviation over 100 subsets of {subset}")),
                new Metric("precision", balls.Precision, null, $"higher is better; k = {Precision}"),
                new Metric("recall", balls.Recall, null, $"higher is better; k = {Precision}"),
                new Metric("density", density.Density, null, $"about 1 for equal distributions; k = {Density}"),
                new Metric("coverage", density.Coverage, null, $"higher is better; k = {Density}"),
            ]);
    }
}
