using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Operations of libtorch in bfloat16 on the CPU, except normalisations of groups, which are several times slower there with channels last
/// than <see cref="GroupNormKernel"/>.
/// </summary>
/// <param name="graph">The network.</param>
/// <param name="copies">The weights in bfloat16.</param>
/// <param name="layers">The weights in float32.</param>
/// <param name="dropout">Draws nothing; a run has no dropout.</param>
internal sealed unsafe class BFloat16Operations(
    NetworkGraph graph, IReadOnlyDictionary<string, LayerParameters> copies, IReadOnlyDictionary<string, LayerParameters> layers,
    Dropout dropout)
    : TorchOperations(graph, copies, dropout)
{
    /// <inheritdoc/>
    protected override Tensor GroupNorm(GroupNormOperation norm, Tensor x)
    {
        if (x.dim() != 4) return base.GroupNorm(norm, x);
        using Tensor pixels = x.permute(0, 2, 3, 1).contiguous(); // where channels are last already, no copy
        using Tensor result = empty_like(pixels);
        LayerParameters exact = layers[norm.Name];
        int channels = (int)x.size(1), count = checked((int)(x.size(2) * x.size(3)));
        var arguments = new GroupNormArguments
        {
            FirstChannels = channels,
            FirstStride = channels,
            TargetStride = channels,
            Pixels = count,
            Groups = norm.Groups,
            Epsilon = norm.Epsilon,
            Weight = TensorMemory.Floats(exact.Weight),
            Bias = TensorMemory.Floats(exact.Bias),
        };
        var source = (BFloat16*)TensorMemory.Address(pixels);
        var target = (BFloat16*)TensorMemory.Address(result);
        long image = (long)channels * count;
        for (long i = 0; i < x.size(0); i++) GroupNormKernel.Run(arguments, source + i * image, null, target + i * image);
        return result.permute(0, 3, 1, 2);
    }
}
