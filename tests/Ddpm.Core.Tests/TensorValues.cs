using static TorchSharp.torch;

namespace Ddpm.Core.Tests;

/// <summary>Tensors as plain numbers.</summary>
internal static class TensorValues
{
    /// <summary>The elements in row-major order, as float64.</summary>
    public static double[] Values(this Tensor tensor)
    {
        using Tensor exact = tensor.to(float64).contiguous();
        return exact.data<double>().ToArray();
    }
}
