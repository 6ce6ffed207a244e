using Ddpm.Inference;
using static TorchSharp.torch;

namespace Ddpm.Onnx;

/// <summary>The weights of a module as float32 numbers, wherever the module lies.</summary>
/// <param name="module">The module.</param>
internal sealed class TensorWeights(nn.Module module) : IWeightSource
{
    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name)
    {
        Tensor weight = module.get_parameter(name) ?? throw new KeyNotFoundException($"the module has no weight \"{name}\".");
        using Tensor detached = weight.detach(), here = detached.cpu(), numbers = here.to(float32);
        return numbers.data<float>().ToArray();
    }
}
