using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Where a tensor's numbers lie, and whether they lie pixel by pixel ("channels last"), as the kernels and oneDNN want them.</summary>
internal static unsafe partial class TensorMemory
{
    /// <summary>The address of the first element; TorchSharp's own goes through a span, which only contiguous tensors have.</summary>
    public static void* Address(Tensor tensor) => (void*)THSTensor_data(tensor.Handle);

    /// <summary>Whether [B, C, H, W] lies as [B, H, W, C] without gaps.</summary>
    public static bool IsChannelsLast(Tensor x)
    {
        long channels = x.size(1), height = x.size(2), width = x.size(3);
        return (channels == 1 || x.stride(1) == 1) && (width == 1 || x.stride(3) == channels) && (height == 1 || x.stride(2) == channels * width) && (x.size(0) == 1 || x.stride(0) == channels * width * height);
    }

    /// <summary>A tensor that lies as [B, H, W, C]: itself where it does already. Called inside a dispose scope.</summary>
    public static Tensor ChannelsLast(Tensor x) => IsChannelsLast(x) ? x : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>An uninitialised tensor [B, C, H, W] that lies as [B, H, W, C]. Called inside a dispose scope.</summary>
    public static Tensor Empty(long batch, long channels, long height, long width, ScalarType type) => empty([batch, height, width, channels], type).permute(0, 3, 1, 2);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint handle);
}
