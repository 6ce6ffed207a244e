using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// ln σ_t² = f ln β_t + (1 - f) ln β̃_t with f = (v + 1)/2 and v the second half of the network's output, meant to lie in [-1, 1] but not
/// confined to it (Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 15; f and v as their code has them).
/// </summary>
internal sealed class LearnedRangeVariance : ReverseVariance
{
    public override string Name => "learned-range";

    public override string? ConfigurationName => "learned_range";

    public override int OutputsPerElement => 2;

    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) => null;

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t)
    {
        Tensor fraction = output!.Plus(1).Over(2);
        Tensor log = (fraction * t.Gather(tables.StepBetasLog, xt)).Plus(fraction.Complement() * t.Gather(tables.SmallLog, xt));
        return (log.exp(), log);
    }
}
