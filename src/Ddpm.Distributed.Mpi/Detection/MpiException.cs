namespace Ddpm.Distributed.Mpi;

/// <summary>MPI cannot be used, or one of its functions failed. The message says which and what to do.</summary>
public sealed class MpiException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what to do.</param>
    /// <param name="code">What the MPI function returned; 0 where none was called.</param>
    public MpiException(string message, int code = 0)
        : base(message) => Code = code;

    /// <summary>What the MPI function returned; 0 where none was called.</summary>
    public int Code { get; }
}
