namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Microsoft MPI 8 to 10, msmpi.dll: MPICH's 32-bit handles, but for the integers of a fixed size, whose numbers MS-MPI shifted
/// (src/include/mpi.h of microsoft/Microsoft-MPI). MPICH's MPI_INT64_T is MPI_UINT64_T here.
/// </summary>
internal static class MsMpiAbi
{
    /// <summary>With what MPI_Get_library_version begins.</summary>
    public const string Mark = "Microsoft MPI";

    public static MpiAbi Handles { get; } = MpichAbi.Handles with { Name = "MS-MPI", Int64 = 0x4c000836 };
}
