namespace Ddpm.Models;

/// <summary>
/// A safetensors file is damaged, hostile, or does not hold what was asked for. The message names the file and the tensor.
/// </summary>
public sealed class SafetensorsException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The file, the tensor, what was expected and what was found.</param>
    /// <param name="innerException">What caused it.</param>
    public SafetensorsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
