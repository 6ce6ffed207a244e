using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A convolution of a plan, [B, Cin, H, W] → [B, Cout, H', W'], channels last.</summary>
internal abstract class PlannedConvolution
{
    /// <summary>The convolution; a fresh tensor.</summary>
    public abstract Tensor Apply(Tensor x);

    /// <summary>Adds the convolution to a tensor in place.</summary>
    public virtual void AddTo(Tensor sum, Tensor x)
    {
        using Tensor y = Apply(x);
        sum.add_(y);
    }
}
