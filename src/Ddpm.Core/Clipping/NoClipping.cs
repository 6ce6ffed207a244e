using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Leaves x̂_0 unchanged.</summary>
internal sealed class NoClipping : X0Clipping
{
    public override double Limit => double.PositiveInfinity;

    internal override Tensor ApplyCore(Tensor x0) => x0.alias();
}
