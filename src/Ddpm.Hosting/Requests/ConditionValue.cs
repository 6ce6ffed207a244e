namespace Ddpm.Hosting;

/// <summary>Gives a condition for one picture: as numbers, or as a PNG file where the condition is in the size of the picture.</summary>
public sealed class ConditionValue
{
    private ConditionValue(ReadOnlyMemory<float>? numbers, ReadOnlyMemory<byte>? png) => (Numbers, Png) = (numbers, png);

    /// <summary>Gets the numbers; null for a file.</summary>
    public ReadOnlyMemory<float>? Numbers { get; }

    /// <summary>Gets the PNG file; null for numbers.</summary>
    public ReadOnlyMemory<byte>? Png { get; }

    /// <summary>Gives the numbers of one row.</summary>
    /// <param name="numbers">
    /// [C] for a vector, [C, H, W] with the last axis fastest for a condition in the size of the picture; copied. Zeros stand for a
    /// condition that is absent.
    /// </param>
    /// <returns>The condition.</returns>
    public static ConditionValue FromNumbers(params ReadOnlySpan<float> numbers) => new(numbers.ToArray(), null);

    /// <summary>Gives a picture, for a condition of 1 or 3 channels. Its pixels become values in [-1, 1], as those of x_0 do.</summary>
    /// <param name="file">A PNG file of the picture's size, 8 bits a channel and opaque.</param>
    /// <returns>The condition.</returns>
    public static ConditionValue FromPng(ReadOnlyMemory<byte> file) => new(null, file);
}
