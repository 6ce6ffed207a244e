namespace Ddpm.Distributed.Mpi;

/// <summary>Reports that MPI cannot be used, or that one of its functions failed. The message names it and says what to do.</summary>
public sealed class MpiException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was found and what to do.</param>
    /// <param name="code">The return code of the MPI function; 0 if none was called.</param>
    public MpiException(string message, int code = 0)
        : base(message) => Code = code;

    /// <summary>Gets the return code of the MPI function; 0 if none was called.</summary>
    public int Code { get; }
}
