using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Dynamic thresholding (Saharia et al. 2022, arXiv:2205.11487, sec. 2.3): s is a percentile of |x̂_0| of each example, at least 1; x̂_0 is
/// clipped to [-s, s] and divided by s. It keeps strong guidance from saturating pictures.
/// </summary>
internal sealed class DynamicThresholding : X0Clipping
{
    private readonly double quantile;

    internal DynamicThresholding(double quantile, double maximum)
    {
        this.quantile = quantile is > 0 and <= 1
            ? quantile
            : throw new ArgumentOutOfRangeException(nameof(quantile), quantile,
                $"quantile must be greater than 0 and at most 1, but is {quantile}.");
        Limit = maximum >= 1
            ? maximum
            : throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"maximum must be at least 1, but is {maximum}.");
    }

    public override double Limit { get; }

    public override double? Quantile => quantile;

    internal override Tensor ApplyCore(Tensor x0)
    {
        Tensor flat = x0.reshape(x0.size(0), -1);
        // In float32 at least, for half-precision types have no quantile; one example at a time, for torch takes no more than 2^24 numbers
        // at once.
        Tensor magnitudes = (flat.element_size() < 4 ? flat.to(float32) : flat).detach().abs();
        using TorchSharp.Scalar share = quantile;
        Tensor q = full([], share, dtype: magnitudes.dtype, device: magnitudes.device);
        Tensor[] each = [.. Enumerable.Range(0, (int)x0.size(0)).Select(i => magnitudes[i].quantile(q))];
        Tensor threshold = stack(each).Clamp(1, Limit).unsqueeze(1).to(x0.dtype);
        return (flat.maximum(-threshold).minimum(threshold) / threshold).reshape(x0.shape);
    }
}
