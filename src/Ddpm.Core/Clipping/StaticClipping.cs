using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Clips x̂_0 to a fixed range, [-1, 1] in the authors' programs of Ho et al. 2020 (arXiv:2006.11239).</summary>
internal sealed class StaticClipping : X0Clipping
{
    internal StaticClipping(double limit) => Limit = Require.Positive(limit);

    public override double Limit { get; }

    internal override Tensor ApplyCore(Tensor x0) => x0.Clamp(-Limit, Limit);
}
