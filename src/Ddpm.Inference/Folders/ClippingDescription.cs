namespace Ddpm.Inference;

/// <summary>Describes how x̂_0 is kept in the range of the data, as plain numbers.</summary>
/// <param name="Limit">The bound: x̂_0 is clipped to [-limit, limit]; with a quantile the largest threshold. Infinite: no bound.</param>
/// <param name="Quantile">The share of magnitudes below the threshold of dynamic thresholding; null for a fixed bound.</param>
public sealed record ClippingDescription(double Limit, double? Quantile = null)
{
    /// <summary>Gets the rule that leaves x̂_0 unchanged.</summary>
    public static ClippingDescription None { get; } = new(double.PositiveInfinity);

    /// <summary>Gets the rule that clips x̂_0 to [-1, 1].</summary>
    public static ClippingDescription Unit { get; } = new(1);
}
