using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>Down-sampling of a plan, [B, C, H, W] → [B, C, H/2, W/2], channels last.</summary>
internal sealed class PlannedDownsample(PlannedConvolution convolution, bool padRightAndBottom)
{
    private static readonly long[] RightAndBottom = [0, 1, 0, 1];

    /// <summary>The smaller features; a fresh tensor.</summary>
    public Tensor Apply(Tensor x)
    {
        if (!padRightAndBottom) return convolution.Apply(x);
        using Tensor padded = F.pad(x, RightAndBottom);
        return convolution.Apply(padded);
    }
}
