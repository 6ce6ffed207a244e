using System.Collections.Immutable;
using static Ddpm.Inference.VectorArithmetic;

namespace Ddpm.Inference;

/// <summary>What a network's output means, on spans: the formulas of Core's predictions with the same tables.</summary>
/// <param name="Name">The prediction_type of scheduler_config.json.</param>
/// <param name="DefinedAtZeroSignal">Whether x̂_0 exists where ᾱ_t = 0.</param>
/// <param name="PredictX0">x̂_0 before clipping.</param>
internal sealed record SpanPrediction(string Name, bool DefinedAtZeroSignal, X0Estimate PredictX0)
{
    /// <summary>The network predicts ε: x̂_0 = √(1/ᾱ_t) x_t - √(1/ᾱ_t - 1) ε.</summary>
    public static SpanPrediction Epsilon { get; } = new("epsilon", false, (c, t, output, xt, x0) =>
    {
        Set(x0, c.SqrtReciprocalAlphaBars[t], xt);
        Add(x0, -c.SqrtReciprocalAlphaBarsMinusOne[t], output);
    });

    /// <summary>The network predicts x_0.</summary>
    public static SpanPrediction X0 { get; } = new("sample", true, (c, t, output, xt, x0) => output.CopyTo(x0));

    /// <summary>The network predicts v = √ᾱ_t ε - √(1-ᾱ_t) x_0: x̂_0 = √ᾱ_t x_t - √(1-ᾱ_t) v.</summary>
    public static SpanPrediction V { get; } = new("v_prediction", true, (c, t, output, xt, x0) =>
    {
        Set(x0, c.SqrtAlphaBars[t], xt);
        Add(x0, -c.SqrtOneMinusAlphaBars[t], output);
    });

    /// <summary>The network predicts the posterior mean μ̃ = a x_0 + b x_t: x̂_0 = μ̃/a - b/a x_t.</summary>
    public static SpanPrediction PosteriorMean { get; } = new("posterior_mean", true, (c, t, output, xt, x0) =>
    {
        double a = c.PosteriorMeanX0Weights[t], b = c.PosteriorMeanXtWeights[t];
        output.CopyTo(x0);
        Divide(x0, a);
        Add(x0, -(b / a), xt);
    });

    /// <summary>Gets all rules.</summary>
    public static ImmutableArray<SpanPrediction> Known { get; } = [Epsilon, X0, V, PosteriorMean];
}
