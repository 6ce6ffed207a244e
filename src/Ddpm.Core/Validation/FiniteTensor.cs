using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The check of tensors behind <see cref="NonFiniteException"/>.</summary>
internal static class FiniteTensor
{
    extension(NonFiniteException)
    {
        /// <summary>Throws if a tensor holds NaN or an infinity.</summary>
        internal static void ThrowIfNonFinite(Tensor tensor, string name, int t, int? step = null)
        {
            if (tensor.device_type == TorchSharp.DeviceType.META) return; // no numbers
            using var scope = NewDisposeScope();
            // max |x| is NaN if any element is, and infinite if any is: one pass, one number.
            double largest = tensor.abs().max().to(float64).item<double>();
            if (double.IsFinite(largest)) return;
            string what = double.IsNaN(largest) ? "NaN" : "infinite", at = step is null ? "" : $", step {step}";
            throw new NonFiniteException(
                $"{name} became {what} at t = {t}{at} (shape {Require.Shape(tensor)}, {tensor.dtype}). "
                + "The network's weights or its output are not finite there.");
        }
    }
}
