namespace Ddpm.Models;

/// <summary>Sets the shape of an <c>Mlp</c>.</summary>
public sealed record MlpOptions
{
    /// <summary>Gets the number of elements D of an example. Range: ≥ 1.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Gets the elements of the output: D, or 2 D if the variance is learned too; null: D. Range: ≥ 1.</summary>
    /// <value>Default: null.</value>
    public int? Outputs { get; init; }

    /// <summary>Gets the width of the hidden layers. Range: ≥ 1.</summary>
    /// <value>Default: 128.</value>
    public int Width { get; init; } = 128;

    /// <summary>Gets the number of residual blocks. Range: ≥ 1.</summary>
    /// <value>Default: 3.</value>
    public int Blocks { get; init; } = 3;

    /// <summary>Gets the channels of the sinusoidal time embedding. Range: ≥ 4.</summary>
    /// <value>Default: 64.</value>
    public int TimeChannels { get; init; } = 64;

    /// <summary>Gets the probability with which dropout zeroes an element in each block. Range: 0 ≤ p &lt; 1.</summary>
    /// <value>Default: 0.</value>
    public double Dropout { get; init; }

    /// <summary>Throws for the first option that is out of range.</summary>
    internal MlpOptions Validated()
    {
        Check(Dimensions >= 1, nameof(Dimensions), "≥ 1", Dimensions);
        Check(Outputs is null or >= 1, nameof(Outputs), "null or ≥ 1", Outputs);
        Check(Width >= 1, nameof(Width), "≥ 1", Width);
        Check(Blocks >= 1, nameof(Blocks), "≥ 1", Blocks);
        Check(TimeChannels >= 4, nameof(TimeChannels), "≥ 4", TimeChannels);
        Check(Dropout is >= 0 and < 1, nameof(Dropout), "0 ≤ p < 1", Dropout);
        return this;
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(MlpOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
