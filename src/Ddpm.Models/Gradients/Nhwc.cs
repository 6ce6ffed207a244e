using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Features as kernels read them: float32 on the CPU, [B, H, W, C] in memory under the shape [B, C, H, W]; vectors, [B, C], are of one
/// pixel each.
/// </summary>
internal static unsafe class Nhwc
{
    /// <summary>Returns features with their numbers channels last; a fresh tensor, which shares memory where they are so already.</summary>
    public static Tensor Of(Tensor x)
    {
        if (x.dim() == 2) return x.contiguous();
        using Tensor pixels = x.permute(0, 2, 3, 1), packed = pixels.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    /// <summary>Returns memory for features, channels last.</summary>
    public static Tensor Empty(long images, long channels, long height, long width)
    {
        using Tensor pixels = empty([images, height, width, channels], ScalarType.Float32);
        return pixels.permute(0, 3, 1, 2);
    }

    /// <summary>Returns memory for features of the size of others.</summary>
    public static Tensor Like(Tensor x, long channels) => x.dim() == 2
        ? empty([x.size(0), channels], ScalarType.Float32)
        : Empty(x.size(0), channels, x.size(2), x.size(3));

    /// <summary>Returns where features lie.</summary>
    public static Plane Plane(Tensor x)
    {
        PlaneSize size = x.dim() == 2 ? new(1, 1) : new(x.size(2), x.size(3));
        return new Plane(checked((int)x.size(0)), size, checked((int)x.size(1))) { Address = TensorMemory.Floats(x) };
    }
}
