using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Where a tensor's numbers lie.</summary>
internal static unsafe partial class TensorMemory
{
    /// <summary>
    /// Returns the address of the first element; TorchSharp's own goes through a span, which only contiguous tensors have.
    /// </summary>
    public static void* Address(Tensor tensor) => (void*)THSTensor_data(tensor.Handle);

    /// <summary>Returns the address of the first element of a float32 tensor.</summary>
    public static float* Floats(Tensor tensor) => (float*)Address(tensor);

    /// <summary>Returns whether kernels of this library can compute with a tensor: float32 on the CPU.</summary>
    public static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU;

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint handle);
}
