using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>
/// Checks at the border: each returns its value or throws an error that names the argument, what was expected and what was found.
/// </summary>
internal static class Require
{
    public static int AtLeast(int value, int minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= minimum
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {minimum}, but is {value}.");

    public static long AtLeast(long value, long minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= minimum
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {minimum}, but is {value}.");

    public static double OpenUnitInterval(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be greater than 0 and less than 1, but is {value}.");

    public static double UnitInterval(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and at most 1, but is {value}.");

    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and at least 0, but is {value}.");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite, but is {value}.");

    public static int Timestep(int t, int timesteps, [CallerArgumentExpression(nameof(t))] string name = "") =>
        (uint)t < (uint)timesteps
            ? t
            : throw new ArgumentOutOfRangeException(name, t, $"{name} must be a timestep 0 … {timesteps - 1}, but is {t}.");

    /// <summary>Returns a shape as messages show it.</summary>
    public static string Shape(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
