namespace Ddpm.Distributed.Mpi;

/// <summary>
/// The binary interface that MPI 5.0 standardises (2025, chapter 20), libmpi_abi.so.0. Not run yet: no package of a Linux distribution had
/// it when this was written.
/// </summary>
internal static class StandardAbi
{
    /// <summary>With what the library's file name begins.</summary>
    public const string Mark = "libmpi_abi";

    public static MpiAbi Handles { get; } = new()
    {
        Name = "MPI-5 ABI",
        CommWorld = 0x101,
        Float = 0x210,
        Double = 0x214,
        Byte = 0x247,
        Int64 = 0x258,
        Sum = 0x21,
        InPlace = 1,
        StatusIgnore = 0,
        ErrorsReturn = 0x143,
        InfoNull = 0x130,
        CommTypeShared = 221,
        ThreadSerialized = 2048,
        ThreadMultiple = 4096,
    };
}
