namespace Ddpm.Distributed.Mpi;

/// <summary>
/// MPICH 3 and 4 and the libraries that agreed on its binary interface in 2013 (Intel MPI, MVAPICH, Cray MPICH), libmpich.so.12 and
/// libmpi.so.12: handles are 32-bit numbers (src/include/mpi.h.in).
/// </summary>
internal static class MpichAbi
{
    /// <summary>Gets With what MPI_Get_library_version begins.</summary>
    public static IReadOnlyList<string> Marks { get; } = ["MPICH", "Intel", "MVAPICH", "CRAY"];

    public static MpiAbi Handles { get; } = new()
    {
        Name = "MPICH",
        CommWorld = 0x44000000,
        Float = 0x4c00040a,
        Double = 0x4c00080b,
        Byte = 0x4c00010d,
        Int64 = 0x4c00083a,
        Sum = 0x58000003,
        InPlace = -1,
        StatusIgnore = 1,
        ErrorsReturn = 0x54000001,
        InfoNull = 0x1c000000,
        CommTypeShared = 1,
        ThreadSerialized = 2,
        ThreadMultiple = 3,
    };
}
