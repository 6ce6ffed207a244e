using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Langevin steps on spans, as Core takes them on tensors. Its buffers serve a whole run.</summary>
/// <param name="steps">The scalars.</param>
/// <param name="anneals">Whether the steps go from level to level by themselves, without a predictor.</param>
/// <param name="length">The numbers of the largest batch.</param>
internal sealed class LangevinSpans(LangevinSteps steps, bool anneals, int length)
{
    private readonly float[] moved = new float[length], score = new float[length], noise = new float[length];

    /// <summary>Gets how many steps are taken at each noise level.</summary>
    public int StepsPerLevel => steps.StepsPerLevel;

    /// <summary>Gets whether the steps go from level to level by themselves, without a predictor.</summary>
    public bool Anneals => anneals;

    /// <summary>Takes one step at the noise level of t.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="x">x_t, or what the last step returned.</param>
    /// <param name="x0">x̂_0.</param>
    /// <param name="t">The timestep.</param>
    /// <param name="draw">Which draw of the run the step's noise is.</param>
    /// <returns>The moved samples, valid until the next step.</returns>
    public ReadOnlySpan<float> Step(SpanBatch batch, ReadOnlySpan<float> x, ReadOnlySpan<float> x0, int t, int draw)
    {
        Span<float> target = moved.AsSpan(0, batch.Length), s = score.AsSpan(0, batch.Length), z = noise.AsSpan(0, batch.Length);
        batch.Draw(draw, z);
        (double ofX, double ofX0) = steps.Score(t);
        VectorArithmetic.Set(s, ofX, x);
        VectorArithmetic.Add(s, ofX0, x0);
        if (!x.Overlaps(target)) x.CopyTo(target);
        for (int first = 0; first < target.Length; first += batch.Elements)
        {
            Span<float> sample = target.Slice(first, batch.Elements);
            ReadOnlySpan<float> ownScore = s.Slice(first, batch.Elements), ownNoise = z.Slice(first, batch.Elements);
            double size = steps.Size(t, steps.UsesNorms ? SquaredNorm(ownNoise) / SquaredNorm(ownScore) : 0);
            VectorArithmetic.Add(sample, size, ownScore);
            VectorArithmetic.Add(sample, Math.Sqrt(2 * size), ownNoise);
        }

        return target;
    }

    /// <summary>Goes to the next level where annealing does so without another call of the network.</summary>
    /// <param name="x">The samples after a step.</param>
    /// <param name="t">The timestep.</param>
    /// <param name="left">The steps that were left at the level, the one just taken among them.</param>
    /// <param name="next">Receives x_{t-1}.</param>
    /// <returns>Whether it did.</returns>
    public bool Descend(ReadOnlySpan<float> x, int t, int left, Span<float> next)
    {
        if (!anneals || left > 1 || t == 0) return false;
        VectorArithmetic.Set(next, steps.Descent(t), x);
        return true;
    }

    private static double SquaredNorm(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x) sum += (double)value * value;
        return sum;
    }
}
