using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Mean, variance over examples and variance over draws of a vector of quantities, a batch at a time. Holds float64 arrays, no tensor.</summary>
internal sealed class RunningMoments(int quantities, int draws)
{
    private readonly double[] mean = new double[quantities];
    private readonly double[] squares = new double[quantities];
    private readonly double[] noiseVariance = new double[quantities];
    private long examples;

    /// <summary>Adds a batch.</summary>
    /// <param name="values">[draws, B, quantities], float64 on the CPU.</param>
    public void Add(Tensor values)
    {
        using var scope = NewDisposeScope();
        long batch = values.size(1);
        Tensor each = values.mean([0]);
        Tensor batchMean = each.mean([0]);
        double[] means = Read(batchMean), deviations = Read((each - batchMean).square().sum([0]));
        double[] within = draws > 1 ? Read(values.var(0, unbiased: true).sum([0])) : new double[quantities];
        long total = examples + batch;
        for (int i = 0; i < quantities; i++)
        {
            // Chan, Golub and LeVeque 1979: no cancellation however large the mean.
            double delta = means[i] - mean[i];
            mean[i] += delta * batch / total;
            squares[i] += deviations[i] + delta * delta * examples * batch / total;
            noiseVariance[i] += within[i];
        }

        examples = total;
    }

    public ImmutableArray<Estimate> Estimates() => [.. Enumerable.Range(0, quantities).Select(Estimate)];

    private Estimate Estimate(int i) => new(
        mean[i],
        examples > 1 ? Math.Sqrt(squares[i] / (examples - 1) / examples) : double.NaN,
        draws > 1 ? Math.Sqrt(noiseVariance[i] / draws) / examples : double.NaN);

    private static double[] Read(Tensor values) => values.contiguous().data<double>().ToArray();
}
