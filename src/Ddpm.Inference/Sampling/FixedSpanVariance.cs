using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>A variance that depends on t alone.</summary>
/// <param name="steps">The steps as scalars; null where a table gives ln σ_t².</param>
/// <param name="logVariances">ln σ_t².</param>
internal sealed class FixedSpanVariance(
    Func<DiffusionCoefficients, AncestralSteps>? steps, Func<VarianceTables, ImmutableArray<double>> logVariances) : SpanVariance
{
    public override AncestralSteps? Steps(DiffusionCoefficients coefficients) => steps?.Invoke(coefficients);

    public override ImmutableArray<double>? LogVariances(VarianceTables tables) => logVariances(tables);

    public override void AddNoise(
        VarianceTables tables, int t, ReadOnlySpan<float> output, ReadOnlySpan<float> noise, Span<float> mean) =>
        VectorArithmetic.Add(mean, Math.Exp(0.5 * tables.Fixed!.Value[t]), noise);
}
