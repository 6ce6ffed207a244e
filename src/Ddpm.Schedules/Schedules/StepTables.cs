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

    /// <summary>Returns the tables with every operation of diffusers' DDPMScheduler.</summary>
    public static StepTables InSinglePrecision(float[] beta)
    {
        float[] alphaBar = SinglePrecision.AlphaBars(beta), stepBeta = SinglePrecision.BetasOf(alphaBar);
        float[] previous = [1, .. alphaBar[..^1]];
        double[] Table(Func<int, float> entry) => [.. Enumerable.Range(0, beta.Length).Select(t => (double)entry(t))];
        return new StepTables
        {
            Beta = Table(t => beta[t]),
            StepBeta = Table(t => stepBeta[t]),
            Alpha = Table(t => alphaBar[t] / previous[t]),
            AlphaBar = Table(t => alphaBar[t]),
            AlphaBarPrevious = Table(t => previous[t]),
            OneMinusAlphaBar = Table(t => 1 - alphaBar[t]),
            PosteriorVariance = Table(t => (1 - previous[t]) / (1 - alphaBar[t]) * stepBeta[t]),
            PosteriorMeanX0Weight = Table(t => MathF.Sqrt(previous[t]) * stepBeta[t] / (1 - alphaBar[t])),
            PosteriorMeanXtWeight = Table(t => MathF.Sqrt(alphaBar[t] / previous[t]) * (1 - previous[t]) / (1 - alphaBar[t])),
            SignalToNoiseRatio = Table(t =>
            {
                float ratio = MathF.Sqrt(alphaBar[t]) / MathF.Sqrt(1 - alphaBar[t]);
                return ratio * ratio;
            }),
        };
    }
}
