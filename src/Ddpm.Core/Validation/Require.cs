using System.Runtime.CompilerServices;
using TorchSharp;

namespace Ddpm.Core;

/// <summary>Checks at the border: each returns its value or throws an error that names the argument, what was expected and what was found.</summary>
internal static class Require
{
    public static int AtLeast(int value, int minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= minimum ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {minimum}, but is {value}.");

    public static long AtLeast(long value, long minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= minimum ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {minimum}, but is {value}.");

    public static double OpenUnitInterval(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be greater than 0 and less than 1, but is {value}.");

    public static double UnitInterval(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and at most 1, but is {value}.");

    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and at least 0, but is {value}.");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite, but is {value}.");

    public static int Timestep(int t, int timesteps, [CallerArgumentExpression(nameof(t))] string name = "") =>
        (uint)t < (uint)timesteps ? t : throw new ArgumentOutOfRangeException(name, t, $"{name} must be a timestep 0 … {timesteps - 1}, but is {t}.");

    /// <summary>A floating-point tensor with a batch axis.</summary>
    public static torch.Tensor Batch(torch.Tensor value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.dim() < 1) throw new ArgumentException($"{name} must have a batch axis [B, …], but is a scalar.", name);
        if (!value.is_floating_point()) throw new ArgumentException($"{name} must hold floating-point numbers, but holds {value.dtype}.", name);
        return value;
    }

    /// <summary>Two floating-point tensors of one shape with a batch axis.</summary>
    public static torch.Tensor SameShape(torch.Tensor value, torch.Tensor expected, [CallerArgumentExpression(nameof(value))] string name = "", [CallerArgumentExpression(nameof(expected))] string expectedName = "")
    {
        Batch(expected, expectedName);
        Batch(value, name);
        if (!value.shape.AsSpan().SequenceEqual(expected.shape))
        {
            throw new ArgumentException($"{name} must have the shape of {expectedName}, {Shape(expected)}, but has {Shape(value)}.", name);
        }

        return value;
    }

    public static string Shape(torch.Tensor tensor) => Shape(tensor.shape.AsSpan());

    public static string Shape(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
