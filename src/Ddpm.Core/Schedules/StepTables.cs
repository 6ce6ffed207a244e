using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The tables that depend on the arithmetic they are computed in.</summary>
internal sealed class StepTables
{
    public required double[] Beta { get; init; }

    public required double[] StepBeta { get; init; }

    public required double[] Alpha { get; init; }

    public required double[] AlphaBar { get; init; }

    public required double[] AlphaBarPrevious { get; init; }

    public required double[] OneMinusAlphaBar { get; init; }

    public required double[] PosteriorVariance { get; init; }

    public required double[] PosteriorMeanX0Weight { get; init; }

    public required double[] PosteriorMeanXtWeight { get; init; }

    public required double[] SignalToNoiseRatio { get; init; }

    public static StepTables InDoublePrecision(double[] beta)
    {
        int timesteps = beta.Length;
        double[] alpha = new double[timesteps], alphaBar = new double[timesteps], previous = new double[timesteps];
        double product = 1;
        for (int t = 0; t < timesteps; t++)
        {
            alpha[t] = 1 - beta[t];
            previous[t] = product;
            product *= alpha[t];
            alphaBar[t] = product;
        }

        double[] Table(Func<int, double> entry) => [.. Enumerable.Range(0, timesteps).Select(entry)];
        return new StepTables
        {
            Beta = beta,
            StepBeta = beta,
            Alpha = alpha,
            AlphaBar = alphaBar,
            AlphaBarPrevious = previous,
            OneMinusAlphaBar = Table(t => 1 - alphaBar[t]),
            PosteriorVariance = Table(t => beta[t] * (1 - previous[t]) / (1 - alphaBar[t])),
            PosteriorMeanX0Weight = Table(t => beta[t] * Math.Sqrt(previous[t]) / (1 - alphaBar[t])),
            PosteriorMeanXtWeight = Table(t => (1 - previous[t]) * Math.Sqrt(alpha[t]) / (1 - alphaBar[t])),
            SignalToNoiseRatio = Table(t => alphaBar[t] / (1 - alphaBar[t])),
        };
    }

    /// <summary>By torch itself, operation by operation as diffusers' DDPMScheduler has them, so that no rounding differs.</summary>
    public static StepTables InSinglePrecision(IVarianceSchedule schedule)
    {
        using var scope = NewDisposeScope();
        Tensor beta = DiffusionCoefficients.SinglePrecisionBetas(schedule);
        Tensor alphaBar = (1 - beta).cumprod(0);
        Tensor previous = cat([ones(1, float32), alphaBar[..^1]]);
        Tensor noise = 1 - alphaBar, noisePrevious = 1 - previous;
        Tensor alpha = alphaBar / previous, stepBeta = 1 - alpha;
        return new StepTables
        {
            Beta = Read(beta),
            StepBeta = Read(stepBeta),
            Alpha = Read(alpha),
            AlphaBar = Read(alphaBar),
            AlphaBarPrevious = Read(previous),
            OneMinusAlphaBar = Read(noise),
            PosteriorVariance = Read(noisePrevious / noise * stepBeta),
            PosteriorMeanX0Weight = Read(previous.sqrt() * stepBeta / noise),
            PosteriorMeanXtWeight = Read(alpha.sqrt() * noisePrevious / noise),
            SignalToNoiseRatio = Read((alphaBar.sqrt() / noise.sqrt()).square()),
        };
    }

    private static double[] Read(Tensor table) => table.to(float64).data<double>().ToArray();
}
