using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// A variance that the network puts out for each element: ln σ_t² itself, or where it lies between ln β̃_t and ln β_t (Nichol and Dhariwal
/// 2021, arXiv:2102.09672, eq. 15).
/// </summary>
internal sealed class LearnedSpanVariance(bool isRange) : SpanVariance
{
    public override int OutputsPerElement => 2;

    public override void AddNoise(VarianceTables tables, int t, ReadOnlySpan<float> output, ReadOnlySpan<float> noise, Span<float> mean)
    {
        float largest = (float)tables.StepBetasLog[t], smallest = (float)tables.SmallLog[t];
        for (int i = 0; i < mean.Length; i++)
        {
            float fraction = (output[i] + 1) / 2;
            float log = isRange ? fraction * largest + (1 - fraction) * smallest : output[i];
            mean[i] += MathF.Exp(0.5f * log) * noise[i];
        }
    }
}
