namespace Ddpm.Models;

/// <summary>The shape of an <c>Mlp</c>.</summary>
public sealed record MlpOptions
{
    /// <summary>The elements D of an example. Range: ≥ 1.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The elements of the output: D, or 2 D where the variance is learned too; null for D. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? Outputs { get; init; }

    /// <summary>The width of the hidden layers. Range: ≥ 1.</summary>
    /// <value>128.</value>
    public int Width { get; init; } = 128;

    /// <summary>The residual blocks. Range: ≥ 1.</summary>
    /// <value>3.</value>
    public int Blocks { get; init; } = 3;

    /// <summary>The channels of the sinusoidal time embedding. Range: ≥ 4.</summary>
    /// <value>64.</value>
    public int TimeChannels { get; init; } = 64;

    /// <summary>The probability with which dropout zeroes an element in each block. Range: 0 ≤ p &lt; 1.</summary>
    /// <value>0.</value>
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
