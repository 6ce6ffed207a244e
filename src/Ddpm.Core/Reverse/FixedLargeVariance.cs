using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>σ_t² = β_t (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
internal sealed class FixedLargeVariance : ReverseVariance
{
    public override string Name => "fixed-large";

    public override string? ConfigurationName => "fixed_large";

    public override int OutputsPerElement => 1;

    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) => tables.LargeLog;

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t) =>
        (t.Gather(tables.Large, xt), t.Gather(tables.LargeLog, xt));
}
