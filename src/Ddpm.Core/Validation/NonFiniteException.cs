using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>A tensor that must be finite holds NaN or an infinity. Nothing is repaired: the run stops where it happened.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What became non-finite, and where.</param>
    public NonFiniteException(string message)
        : base(message)
    {
    }

    /// <summary>Throws if a tensor holds NaN or an infinity.</summary>
    internal static void ThrowIfNonFinite(Tensor tensor, string name, int t, int? step = null)
    {
        using var scope = NewDisposeScope();
        // max |x| is NaN if any element is, and infinite if any is: one pass, one number.
        double largest = tensor.abs().max().to(float64).item<double>();
        if (!double.IsFinite(largest))
        {
            throw new NonFiniteException($"{name} became {(double.IsNaN(largest) ? "NaN" : "infinite")} at t = {t}{(step is null ? "" : $", step {step}")} (shape {Require.Shape(tensor)}, {tensor.dtype}). The network's weights or its output are not finite there.");
        }
    }
}
