namespace Ddpm.Distributed.Mpi;

/// <summary>
/// The handles and constants of an MPI library's binary interface: those that mpi.h gives a C program when it is compiled, which this one
/// never is. Handles are pointers in OpenMPI and 32-bit numbers in MPICH; as arguments both travel in a register, so that one type serves
/// all.
/// </summary>
internal sealed record MpiAbi
{
    public required string Name { get; init; }

    /// <summary>Gets MPI_COMM_WORLD.</summary>
    public required nint CommWorld { get; init; }

    /// <summary>Gets MPI_FLOAT.</summary>
    public required nint Float { get; init; }

    /// <summary>Gets MPI_DOUBLE.</summary>
    public required nint Double { get; init; }

    /// <summary>Gets MPI_BYTE.</summary>
    public required nint Byte { get; init; }

    /// <summary>Gets MPI_INT64_T.</summary>
    public required nint Int64 { get; init; }

    /// <summary>Gets MPI_SUM.</summary>
    public required nint Sum { get; init; }

    /// <summary>Gets MPI_IN_PLACE.</summary>
    public required nint InPlace { get; init; }

    /// <summary>Gets MPI_STATUS_IGNORE.</summary>
    public required nint StatusIgnore { get; init; }

    /// <summary>Gets MPI_ERRORS_RETURN.</summary>
    public required nint ErrorsReturn { get; init; }

    /// <summary>Gets MPI_INFO_NULL.</summary>
    public required nint InfoNull { get; init; }

    /// <summary>Gets MPI_COMM_TYPE_SHARED.</summary>
    public required int CommTypeShared { get; init; }

    /// <summary>Gets MPI_THREAD_SERIALIZED.</summary>
    public required int ThreadSerialized { get; init; }

    /// <summary>Gets MPI_THREAD_MULTIPLE.</summary>
    public required int ThreadMultiple { get; init; }
}
