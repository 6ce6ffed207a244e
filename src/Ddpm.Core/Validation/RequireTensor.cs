using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The checks of tensors, beside those of numbers in <see cref="Require"/>.</summary>
internal static class RequireTensor
{
    extension(Require)
    {
        /// <summary>A floating-point tensor with a batch axis.</summary>
        internal static Tensor Batch(Tensor value, [CallerArgumentExpression(nameof(value))] string name = "")
        {
            ArgumentNullException.ThrowIfNull(value, name);
            if (value.dim() < 1) throw new ArgumentException($"{name} must have a batch axis [B, …], but is a scalar.", name);
            if (!value.is_floating_point())
            {
                throw new ArgumentException($"{name} must hold floating-point numbers, but holds {value.dtype}.", name);
            }

            return value;
        }

        /// <summary>Two floating-point tensors of one shape with a batch axis.</summary>
        internal static Tensor SameShape(
            Tensor value,
            Tensor expected,
            [CallerArgumentExpression(nameof(value))] string name = "",
            [CallerArgumentExpression(nameof(expected))] string expectedName = "")
        {
            Require.Batch(expected, expectedName);
            Require.Batch(value, name);
            if (!value.shape.AsSpan().SequenceEqual(expected.shape))
            {
                throw new ArgumentException(
                    $"{name} must have the shape of {expectedName}, {Require.Shape(expected)}, but has {Require.Shape(value)}.",
                    name);
            }

            return value;
        }

        /// <summary>A shape as messages show it.</summary>
        internal static string Shape(Tensor tensor) => Require.Shape(tensor.shape.AsSpan());
    }
}
