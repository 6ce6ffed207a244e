namespace Ddpm.Core;

/// <summary>
/// Reports a failure on another rank, or ranks that disagree. Every participating rank throws it; the message names the rank and the cause.
/// </summary>
public sealed class DistributedException : InvalidOperationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The rank and the cause.</param>
    public DistributedException(string message)
        : base(message)
    {
    }
}
