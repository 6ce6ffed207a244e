namespace Ddpm.Core;

/// <summary>
/// Reports that TorchSharp's native library cannot be loaded on this system. The message says what was found, what is needed and what to
/// do.
/// </summary>
public sealed class TorchRuntimeException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found, what is needed and what to do.</param>
    public TorchRuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its cause.</summary>
    /// <param name="message">What was found, what is needed and what to do.</param>
    /// <param name="cause">What TorchSharp reported.</param>
    public TorchRuntimeException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
