using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The weights of a module where they lie: float32 on the CPU.</summary>
internal sealed class ModuleWeights(nn.Module module) : IWeightSource
{
    /// <inheritdoc/>
    public unsafe ReadOnlySpan<float> Read(string name)
    {
        // Looked up each time: a module that moves replaces its parameters.
        Tensor weight = module.get_parameter(name) ?? throw new KeyNotFoundException($"the module has no weight \"{name}\".");
        if (!weight.is_contiguous())
        {
            throw new InvalidOperationException(
                $"weights must be contiguous, but {name} of shape [{string.Join(", ", weight.shape)}] is not.");
        }

        return new ReadOnlySpan<float>(TensorMemory.Address(weight), checked((int)weight.numel()));
    }
}
