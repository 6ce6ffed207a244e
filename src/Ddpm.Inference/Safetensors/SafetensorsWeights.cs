using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>The weights of a safetensors file under the names that the file has, for networks that no model folder describes.</summary>
/// <param name="file">The stored tensors; they stay the caller's.</param>
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
