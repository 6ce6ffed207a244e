namespace Ddpm.Core;

/// <summary>Reports NaN or infinity where numbers must be finite. Nothing is repaired: the run stops where it happened.</summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The non-finite value and its place.</param>
    public NonFiniteException(string message)
        : base(message)
    {
    }
}
