using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>Up-sampling as the network does it: pixels are repeated, then convolved.</summary>
internal sealed class RepeatingUpsample(PlannedConvolution convolution) : PlannedUpsample
{
    private static readonly double[] Twice = [2, 2];

    public override Tensor Apply(Tensor x)
    {
        using Tensor repeated = F.interpolate(x, scale_factor: Twice, mode: InterpolationMode.Nearest);
        return convolution.Apply(repeated);
    }
}
