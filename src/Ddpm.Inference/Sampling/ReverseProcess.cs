using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// The reverse process p_θ(x_{t-1} | x_t) on spans: from a network's output to x̂_0, and the variance. For one thread at a time.
/// </summary>
internal sealed class ReverseProcess
{
    private readonly ClippingDescription clipping;
    private readonly string varianceName;
    private float[] magnitudes = [];

    /// <param name="description">The process.</param>
    /// <param name="schedule">Its schedule, perhaps respaced.</param>
    /// <param name="variance">The variance, in the place of the description's; null for the description's.</param>
    /// <exception cref="ArgumentException">A name is unknown, a number is out of range, or the parts do not go together.</exception>
    public ReverseProcess(ProcessDescription description, IVarianceSchedule schedule, SpanVariance? variance = null)
    {
        Prediction = Find("prediction_type", description.Prediction, [.. SpanPrediction.Known.Select(known => (known.Name, known))]);
        varianceName = description.Variance;
        SpanVariance own = Find("variance_type", description.Variance, SpanVariance.Known);
        Variance = variance ?? own;
        clipping = Validated(description.Clipping);
        Coefficients = new DiffusionCoefficients(schedule);
        Tables = new VarianceTables(Coefficients, description.InitialLogVariance);
        Tables.Fixed = Variance.LogVariances(Tables);
        if (Coefficients.AlphaBars[^1] == 0 && !Prediction.DefinedAtZeroSignal)
        {
            throw new ArgumentException($"schedule must leave some signal at t = {Coefficients.Timesteps - 1} for the prediction " +
                $"{Prediction.Name}, which divides by √ᾱ_t, but ᾱ_t is 0 there; v_prediction and sample do without.", nameof(schedule));
        }
    }

    /// <summary>Gets the tables of the process.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Gets what the network's output means.</summary>
    public SpanPrediction Prediction { get; }

    /// <summary>Gets σ_t².</summary>
    public SpanVariance Variance { get; }

    /// <summary>Gets the variances that σ_t² is made of.</summary>
    public VarianceTables Tables { get; }

    /// <summary>
    /// Gets the steps of ancestral sampling as scalars; null where the mean or the variance does not follow from scalars.
    /// </summary>
    public AncestralSteps? AncestralSteps =>
        ReferenceEquals(Prediction, SpanPrediction.PosteriorMean) ? null : Variance.Steps(Coefficients);

    /// <summary>Throws unless a network puts out what the variance needs.</summary>
    /// <exception cref="ArgumentException">It puts out another number of channels.</exception>
    public void RequireFit(INetworkDescription network, int outputs)
    {
        int expected = Variance.OutputsPerElement * network.InChannels;
        if (outputs == expected) return;
        throw new ArgumentException($"network must put out {expected} channels for {network.InChannels} with the variance " +
            $"{varianceName}, but puts out {outputs}.");
    }

    /// <summary>Draws x_t from q(x_t | x_0) by √ᾱ_t x_0 + √(1-ᾱ_t) ε.</summary>
    public void Diffuse(ReadOnlySpan<float> x0, int t, ReadOnlySpan<float> noise, Span<float> xt)
    {
        VectorArithmetic.Set(xt, Coefficients.SqrtAlphaBars[t], x0);
        VectorArithmetic.Add(xt, Coefficients.SqrtOneMinusAlphaBars[t], noise);
    }

    /// <summary>Draws x_t from q(x_t | x_{t-1}) by √(1-β_t) x_{t-1} + √β_t ε.</summary>
    public void DiffuseOnce(ReadOnlySpan<float> previous, int t, ReadOnlySpan<float> noise, Span<float> xt)
    {
        VectorArithmetic.Set(xt, Math.Sqrt(Coefficients.Alphas[t]), previous);
        VectorArithmetic.Add(xt, Math.Sqrt(Coefficients.Betas[t]), noise);
    }

    /// <summary>Returns the noise ε = (x_t - √ᾱ_t x_0)/√(1-ᾱ_t).</summary>
    public void Noise(ReadOnlySpan<float> x0, ReadOnlySpan<float> xt, int t, Span<float> eps)
    {
        VectorArithmetic.Set(eps, -Coefficients.SqrtAlphaBars[t], x0);
        VectorArithmetic.Add(eps, 1, xt);
        VectorArithmetic.Divide(eps, Coefficients.SqrtOneMinusAlphaBars[t]);
    }

    /// <summary>Returns the mean of q(x_{t-1} | x_t, x_0).</summary>
    public void PosteriorMean(ReadOnlySpan<float> x0, ReadOnlySpan<float> xt, int t, Span<float> mean)
    {
        VectorArithmetic.Set(mean, Coefficients.PosteriorMeanX0Weights[t], x0);
        VectorArithmetic.Add(mean, Coefficients.PosteriorMeanXtWeights[t], xt);
    }

    /// <summary>Keeps x̂_0 in the range of the data.</summary>
    /// <param name="x0">The estimates of a batch.</param>
    /// <param name="elements">The numbers of one sample.</param>
    public void Clip(Span<float> x0, int elements)
    {
        if (clipping.Quantile is not { } quantile)
        {
            if (double.IsFinite(clipping.Limit)) VectorArithmetic.Clamp(x0, clipping.Limit);
            return;
        }

        for (int first = 0; first < x0.Length; first += elements)
        {
            Span<float> sample = x0.Slice(first, elements);
            float threshold = Math.Clamp(Quantile(sample, (float)quantile), 1, (float)clipping.Limit);
            VectorArithmetic.Clamp(sample, threshold);
            VectorArithmetic.Divide(sample, threshold);
        }
    }

    // The quantile of |x|, between two ranks linearly, in float32 as libtorch computes it.
    private float Quantile(ReadOnlySpan<float> x, float quantile)
    {
        if (magnitudes.Length < x.Length) magnitudes = new float[x.Length];
        Span<float> sorted = magnitudes.AsSpan(0, x.Length);
        for (int i = 0; i < x.Length; i++) sorted[i] = Math.Abs(x[i]);
        sorted.Sort();
        // NaN comes first.
        if (float.IsNaN(sorted[0])) return float.NaN;
        float rank = quantile * (sorted.Length - 1);
        float below = sorted[(int)rank], above = sorted[(int)MathF.Ceiling(rank)], weight = rank - (int)rank;
        return weight < 0.5f ? below + weight * (above - below) : above - (above - below) * (1 - weight);
    }

    private static ClippingDescription Validated(ClippingDescription clipping)
    {
        if (clipping.Quantile is { } quantile && quantile is not (> 0 and <= 1))
        {
            throw new ArgumentException($"Clipping.Quantile must be greater than 0 and at most 1, but is {quantile}.", nameof(clipping));
        }

        bool valid = clipping.Quantile is null ? clipping.Limit > 0 : clipping.Limit >= 1;
        string expected = clipping.Quantile is null ? "positive" : "at least 1";
        if (valid) return clipping;
        throw new ArgumentException($"Clipping.Limit must be {expected}, but is {clipping.Limit}.", nameof(clipping));
    }

    private static T Find<T>(string field, string name, ImmutableArray<(string Name, T Item)> known)
        where T : class
    {
        string[] names = [.. known.Select(each => each.Name)];
        return known.FirstOrDefault(each => each.Name == name).Item ?? throw new ArgumentException(
            $"{field} must be {string.Join(", ", names[..^1])} or {names[^1]}, but is {name}.", nameof(name));
    }
}
