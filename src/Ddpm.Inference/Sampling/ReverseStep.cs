using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// How x_t becomes x_{t-1} on spans, by the scalars of a <see cref="SamplerSteps"/> or from the moments of p_θ. Keeps what a multistep
/// method remembers; its buffers serve a whole run.
/// </summary>
internal sealed class ReverseStep
{
    private readonly ReverseProcess process;
    private readonly SamplerSteps? steps;
    private readonly Func<int, double>? noiseAt;
    private readonly int elements;
    private readonly float[] raw, x0, eps, mean, noise;

    // The newest first.
    private readonly float[][] remembered;
    private int known;

    /// <param name="process">The process that is sampled.</param>
    /// <param name="steps">The method's scalars; null for the moments of p_θ.</param>
    /// <param name="noiseAt">The factor of the fresh noise at a timestep, in the place of the method's own.</param>
    /// <param name="length">The numbers of the largest batch.</param>
    /// <param name="elements">The numbers of one sample.</param>
    public ReverseStep(ReverseProcess process, SamplerSteps? steps, Func<int, double>? noiseAt, int length, int elements)
    {
        (this.process, this.steps, this.noiseAt, this.elements) = (process, steps, noiseAt, elements);
        (raw, x0, eps, mean, noise) = (new float[length], new float[length], new float[length], new float[length], new float[length]);
        int order = steps is null || steps.Remembers == RememberedValue.None ? 0 : steps.Order;
        remembered = [.. Enumerable.Range(0, order).Select(_ => new float[length])];
    }

    /// <summary>Gets x̂_0 of the last step, after clipping; valid until the next one.</summary>
    public ReadOnlyMemory<float> X0 { get; private set; }

    /// <summary>Begins with another batch: forgets what was remembered.</summary>
    public void Begin() => known = 0;

    /// <summary>Estimates x̂_0, from which a step is then taken.</summary>
    /// <param name="prediction">The network's prediction.</param>
    /// <param name="xt">x_t.</param>
    /// <param name="t">The timestep.</param>
    public void Estimate(ReadOnlySpan<float> prediction, ReadOnlySpan<float> xt, int t)
    {
        int length = xt.Length;
        Span<float> estimate = raw.AsSpan(0, length), clipped = x0.AsSpan(0, length);
        process.Prediction.PredictX0(process.Coefficients, t, prediction, xt, estimate);
        estimate.CopyTo(clipped);
        process.Clip(clipped, elements);
        X0 = x0.AsMemory(0, length);
    }

    /// <summary>Takes one step from the newest estimate.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="prediction">The network's prediction.</param>
    /// <param name="variance">The second half of the network's output; empty where the variance is fixed.</param>
    /// <param name="xt">x_t.</param>
    /// <param name="t">The timestep.</param>
    /// <param name="draw">Which draw of the run the step's noise is.</param>
    /// <param name="next">Receives x_{t-1}.</param>
    public void Advance(
        SpanBatch batch,
        ReadOnlySpan<float> prediction,
        ReadOnlySpan<float> variance,
        ReadOnlySpan<float> xt,
        int t,
        int draw,
        Span<float> next)
    {
        if (steps is null) TakeMoments(batch, prediction, variance, xt, t, draw, next);
        else Combine(steps, batch, xt, t, draw, next);
    }

    private void TakeMoments(
        SpanBatch batch,
        ReadOnlySpan<float> prediction,
        ReadOnlySpan<float> variance,
        ReadOnlySpan<float> xt,
        int t,
        int draw,
        Span<float> next)
    {
        if (ReferenceEquals(process.Prediction, SpanPrediction.PosteriorMean)) prediction.CopyTo(next);
        else process.PosteriorMean(X0.Span, xt, t, next);
        if (t == 0) return;
        Span<float> fresh = noise.AsSpan(0, batch.Length);
        batch.Draw(draw, fresh);
        process.Variance.AddNoise(process.Tables, t, variance, fresh, next);
    }

    private void Combine(SamplerSteps method, SpanBatch batch, ReadOnlySpan<float> xt, int t, int draw, Span<float> next)
    {
        int length = batch.Length;
        ReadOnlySpan<float> clean = x0.AsSpan(0, length), direction = eps.AsSpan(0, length);
        if (method.UsesEpsilon) process.Noise(method.ClipsEpsilon ? clean : raw, xt, t, eps.AsSpan(0, length));
        if (method.Remembers != RememberedValue.None) Remember(method.Remembers == RememberedValue.X0 ? clean : direction);

        StepCoefficients step = method.At(t, Math.Max(known, 1));
        if (noiseAt is not null) step = step with { Noise = noiseAt(t) };
        if (method.Remembers == RememberedValue.X0) clean = Mean(step, length);
        if (method.Remembers == RememberedValue.Epsilon) direction = Mean(step, length);

        bool begun = Accumulate(next, step.Xt, xt, false);
        begun = Accumulate(next, step.X0, clean, begun);
        begun = Accumulate(next, step.Epsilon, direction, begun);
        if (step.Noise == 0) return;
        Span<float> fresh = noise.AsSpan(0, length);
        batch.Draw(draw, fresh);
        Accumulate(next, step.Noise, fresh, begun);
    }

    // A term whose coefficient is 0 is left out.
    private static bool Accumulate(Span<float> sum, double factor, ReadOnlySpan<float> term, bool begun)
    {
        if (factor == 0) return begun;
        if (begun) VectorArithmetic.Add(sum, factor, term);
        else VectorArithmetic.Set(sum, factor, term);
        return true;
    }

    private ReadOnlySpan<float> Mean(StepCoefficients step, int length)
    {
        if (step.Weights is [1]) return remembered[0].AsSpan(0, length);
        Span<float> sum = mean.AsSpan(0, length);
        VectorArithmetic.Set(sum, step.Weights[0], remembered[0]);
        for (int i = 1; i < step.Weights.Length; i++) VectorArithmetic.Add(sum, step.Weights[i], remembered[i]);
        return sum;
    }

    private void Remember(ReadOnlySpan<float> value)
    {
        float[] oldest = remembered[^1];
        Array.Copy(remembered, 0, remembered, 1, remembered.Length - 1);
        remembered[0] = oldest;
        value.CopyTo(oldest);
        known = Math.Min(known + 1, remembered.Length);
    }
}
