using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The second half of the network's output is ln σ_t² (the learned diagonal Σ of Ho et al. 2020, arXiv:2006.11239, Table 2), as
/// improved-diffusion reads it. (diffusers reads the same channels as σ_t² itself.)
/// </summary>
internal sealed class LearnedVariance : ReverseVariance
{
    public override string Name => "learned";

    // diffusers' "learned" is the variance itself, this its logarithm; at this name it finds twice the channels that it expects, and stops.
    public override string? ConfigurationName => "learned_log";

    public override int OutputsPerElement => 2;

    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) => null;

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t) =>
        (output!.exp(), output.alias());
}
