using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>x̂_0 is left alone.</summary>
public sealed class NoClipping : X0Clipping
{
    internal NoClipping()
    {
    }

    internal override Tensor ApplyCore(Tensor x0) => x0.alias();
}
