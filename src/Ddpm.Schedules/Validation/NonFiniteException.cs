namespace Ddpm.Core;

/// <summary>Numbers that must be finite hold NaN or an infinity. Nothing is repaired: the run stops where it happened.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What became non-finite, and where.</param>
    public NonFiniteException(string message)
        : base(message)
    {
    }
}
