namespace Ddpm.Distributed.Mpi;

/// <summary>OpenMPI 3 to 5, libmpi.so.40: handles are the addresses of objects that the library exports (ompi/include/mpi.h.in).</summary>
internal static class OpenMpiAbi
{
    /// <summary>An object that no other MPI library exports.</summary>
    public const string Mark = "ompi_mpi_comm_world";

    /// <summary>Returns the handles.</summary>
    /// <param name="export">The address of an exported object.</param>
    public static MpiAbi Create(Func<string, nint> export) => new()
    {
        Name = "OpenMPI",
        CommWorld = export(Mark),
        Float = export("ompi_mpi_float"),
        Double = export("ompi_mpi_double"),
        Byte = export("ompi_mpi_byte"),
        Int64 = export("ompi_mpi_int64_t"),
        Sum = export("ompi_mpi_op_sum"),
        InPlace = 1,
        StatusIgnore = 0,
        ErrorsReturn = export("ompi_mpi_errors_return"),
        InfoNull = export("ompi_mpi_info_null"),
        CommTypeShared = 0,
        ThreadSerialized = 2,
        ThreadMultiple = 3,
    };
}
