namespace Ddpm.Models;

/// <summary>
/// Reports a safetensors file that is damaged, hostile, or does not hold the requested tensor. The message names the file and the tensor.
/// </summary>
public sealed class SafetensorsException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The file, the tensor, what was expected and what was found.</param>
    /// <param name="innerException">The cause.</param>
    public SafetensorsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
