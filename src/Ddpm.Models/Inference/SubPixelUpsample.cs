using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Repeated pixels under a 3×3 kernel are the same pixel under several of its weights, which are added once: each of the four pixels that one becomes is a 2×2 convolution of the small image (Shi et al. 2016,
/// arXiv:1609.05158, backwards). 16 products in place of 36.
/// </summary>
internal sealed class SubPixelUpsample : PlannedUpsample
{
    // [2 · row + column] of the four.
    private readonly PlannedConvolution[] convolutions = new PlannedConvolution[4];

    public SubPixelUpsample(PlanContext context, Tensor weight, Tensor bias, PlaneSize size)
    {
        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 2; column++)
            {
                using var scope = NewDisposeScope();
                Tensor small = Folded(Folded(weight.detach(), 2, row), 3, column);
                convolutions[2 * row + column] = context.Convolution(small, bias, ConvolutionGeometry.Same, size, partOf: weight);
            }
        }
    }

    public override Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        long batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
        Tensor result = empty([batch, height, 2, width, 2, channels], x.dtype);
        for (int row = 0; row < 2; row++)
        {
            using Tensor rows = result.select(2, row);
            for (int column = 0; column < 2; column++)
            {
                // With a pixel of padding around, output (i, j) sees the pixels (i-1 … i, j-1 … j).
                using Tensor all = convolutions[2 * row + column].Apply(x), tall = all.narrow(2, row, height), part = tall.narrow(3, column, width), pixels = part.permute(0, 2, 3, 1);
                using Tensor target = rows.select(3, column);
                target.copy_(pixels);
            }
        }

        return result.view(batch, 2 * height, 2 * width, channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }


    // The weights of three neighbours of which the first two, for the lower half of a pixel, or the last two, for the upper half, are one.
    private static Tensor Folded(Tensor weight, int axis, int half)
    {
        Tensor[] taps = weight.split(1, axis);
        return half == 0 ? cat([taps[0], taps[1] + taps[2]], axis) : cat([taps[0] + taps[1], taps[2]], axis);
    }
}
