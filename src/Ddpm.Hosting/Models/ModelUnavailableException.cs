namespace Ddpm.Hosting;

/// <summary>Says that a model cannot draw now: it could not be loaded, or the host stops.</summary>
public sealed class ModelUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with which model.</param>
    /// <param name="innerException">The cause. Default: none.</param>
    public ModelUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
