namespace Ddpm.Core;

/// <summary>
/// Something went wrong on another rank, or the ranks do not agree; every rank that takes part throws. The message says which rank and
/// what.
/// </summary>
public sealed class DistributedException : InvalidOperationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Which rank, and what.</param>
    public DistributedException(string message)
        : base(message)
    {
    }
}
