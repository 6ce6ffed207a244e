namespace Ddpm.Distributed.Mpi.Tests.Detection;

public sealed class LibraryTests
{
    private static readonly Launcher Hydra = new(Launcher.Hydra, "PMI_SIZE", 2);

    [Fact]
    public void Candidates_NoHint_AreTheRuntimesFiles() =>
        LibraryNames.Candidates(null, null, null, isWindows: false).Should().Equal("libmpi.so.40", "libmpich.so.12", "libmpi.so.12", "libmpi_abi.so.0");

    [Fact]
    public void Candidates_MpichsLauncher_BeginWithItsLibrary() =>
        LibraryNames.Candidates(null, "", Hydra, isWindows: false)[0].Should().Be("libmpich.so.12");

    [Fact]
    public void Candidates_Named_AreThatAlone()
    {
        foreach (bool isWindows in new[] { false, true })
        {
            LibraryNames.Candidates(null, "/opt/libmpi.so", Hydra, isWindows).Should().Equal("/opt/libmpi.so");
            LibraryNames.Candidates("mine.so", "/opt/libmpi.so", null, isWindows).Should().Equal("mine.so");
        }
    }

    [Fact]
    public void Candidates_OnWindows_AreMsMpisFile() =>
        LibraryNames.Candidates(null, null, null, isWindows: true).Should().Equal("msmpi.dll");

    [Fact]
    public void Identify_FileOfTheStandard_HasItsHandles() =>
        LibraryIdentity.Identify("/usr/lib/libmpi_abi.so.0", "MPICH Version: 5.0.0", _ => 0).CommWorld.Should().Be(0x101);

    [Theory]
    [InlineData("MPICH Version:      4.0.2\nMPICH Release date: …")]
    [InlineData("Intel(R) MPI Library 2021.11 for Linux* OS")]
    [InlineData("MVAPICH2 Version      :       2.3.7")]
    [InlineData("CRAY MPICH version 8.1.28.29 (ANL base 3.4a2)")]
    public void Identify_FamilyOfMpich_HasItsHandles(string version) =>
        LibraryIdentity.Identify("libmpi.so.12", version, _ => 0).Should().Be(MpichAbi.Handles);

    // Values of mpi.h of Microsoft MPI 10.1. MPICH's number of MPI_INT64_T is that of MPI_UINT64_T there.
    [Fact]
    public void Identify_MsMpi_HasItsHandles()
    {
        MpiAbi abi = LibraryIdentity.Identify("msmpi.dll", "Microsoft MPI 10.1.12498.52", _ => 0);
        (abi.Name, abi.CommWorld, abi.Sum, abi.InPlace).Should().Be(("MS-MPI", 0x44000000, 0x58000003, -1));
        (abi.Float, abi.Double, abi.Byte, abi.Int64).Should().Be((0x4c00040a, 0x4c00080b, 0x4c00010d, 0x4c000836));
        (abi.StatusIgnore, abi.ErrorsReturn, abi.InfoNull).Should().Be((1, 0x54000001, 0x1c000000));
        (abi.CommTypeShared, abi.ThreadSerialized, abi.ThreadMultiple).Should().Be((1, 2, 3));
    }

    [Fact]
    public void Identify_OpenMpi_TakesTheAddressesOfItsObjects()
    {
        // Whatever it says of itself: the objects are what counts.
        MpiAbi abi = LibraryIdentity.Identify("libmpi.so.40", "MPICH", name => name.Length);
        (abi.CommWorld, abi.Float, abi.Double)
            .Should().Be(("ompi_mpi_comm_world".Length, "ompi_mpi_float".Length, "ompi_mpi_double".Length));
        (abi.Byte, abi.Int64, abi.Sum).Should().Be(("ompi_mpi_byte".Length, "ompi_mpi_int64_t".Length, "ompi_mpi_op_sum".Length));
    }

    [Fact]
    public void Identify_OpenMpiThatLacksAnObject_NamesIt() =>
        FluentActions.Invoking(() => LibraryIdentity.Identify("libmpi.so.99", "", name => name == OpenMpiAbi.Mark ? 1 : 0))
            .Should().Throw<MpiException>().WithMessage("libmpi.so.99 is OpenMPI, but does not export ompi_mpi_*");

    [Fact]
    public void Identify_UnknownMake_SaysWhatWasFound() =>
        FluentActions.Invoking(() => LibraryIdentity.Identify("libmpi.so.12", "HomeMPI 1.0\nmore", _ => 0)).Should().Throw<MpiException>()
            .WithMessage("libmpi.so.12 is an MPI library of an unknown make: *\"HomeMPI 1.0\"*");

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        FluentActions.Invoking(() => MpiCommunicator.Start(new MpiOptions { LeaveTimeout = TimeSpan.Zero }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("MpiOptions.LeaveTimeout must be above 0*");
        FluentActions.Invoking(() => MpiCommunicator.Start(new MpiOptions { Library = "" })).Should().Throw<ArgumentException>()
            .WithMessage("MpiOptions.Library must be*");
    }
}
