using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Reads the weights of a safetensors file under the names in the file, for networks that no model folder describes.</summary>
/// <param name="file">The stored tensors; the caller keeps them.</param>
public sealed class SafetensorsWeights(ISafetensors file) : IWeightSource
{
    private float[] numbers = [];

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The tensor does not hold floating-point numbers.</exception>
    public ReadOnlySpan<float> Read(string name)
    {
        int count = checked((int)file.Find(name).Elements);
        if (count > numbers.Length) numbers = new float[count];
        Span<float> target = numbers.AsSpan(0, count);
        file.ReadFloats(name, target);
        return target;
    }
}
