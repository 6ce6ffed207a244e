namespace Ddpm.Inference;

/// <summary>Gives a network's weights by the names of its state dict: a trained module, a safetensors file or plain memory.</summary>
public interface IWeightSource
{
    /// <summary>Reads one weight.</summary>
    /// <param name="name">The name in the state dict, such as <c>conv_in.weight</c>.</param>
    /// <returns>The numbers in the order of the weight's shape, as float32. They stay valid until the next call.</returns>
    /// <exception cref="KeyNotFoundException">The source holds no weight of that name.</exception>
    ReadOnlySpan<float> Read(string name);
}
