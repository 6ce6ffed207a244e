using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The mean over the dimensions of each example, of all of them or of those that a mask weighs.</summary>
internal static class ExampleMean
{
    /// <summary>Averages [B, …] → [B] as Σ(w·value)/Σw; 0 for an example whose weights are all 0. Called inside a dispose scope.</summary>
    public static Tensor Of(Tensor values, Tensor? mask)
    {
        Tensor flat = values.reshape(values.size(0), -1);
        if (mask is null) return flat.mean([1]);
        Tensor weights = mask.to(values.dtype).expand(values.shape).reshape(values.size(0), -1);
        return (flat * weights).sum([1]) / weights.sum([1]).AtLeast(1e-30);
    }

    /// <summary>Checks that a mask can be stretched to the shape of the examples.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void Require(Tensor? mask, Tensor x0)
    {
        if (mask is null) return;
        bool fits = mask.dim() == x0.dim() && Enumerable.Range(0, (int)x0.dim())
            .All(axis => mask.size(axis) == x0.size(axis) || (axis > 0 && mask.size(axis) == 1));
        if (!fits)
        {
            throw new ArgumentException($"mask must have the shape [{string.Join(", ", x0.shape)}] of x0, or 1 for axes after the first, " +
                $"but has [{string.Join(", ", mask.shape)}].", nameof(mask));
        }

        if (mask.device_type != x0.device_type)
        {
            throw new ArgumentException($"mask must be on the device of x0, {x0.device}, but is on {mask.device}.", nameof(mask));
        }
    }
}
