using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Tensors as numbers.</summary>
internal static class TensorNumbers
{
    public static double[] Numbers(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return [.. tensor.to(ScalarType.Float64).cpu().contiguous().data<double>()];
    }
}
