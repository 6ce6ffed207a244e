namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>A rank that cannot go on ends the job, whichever way its program takes; the others wait in a barrier for it.</summary>
public sealed class FailureTests
{
    [MpiTheory]
    [InlineData("throw", "Rank 1 of 2 ends the job: unhandled exception. System.IO.InvalidDataException: the data of rank 1 are damaged")]
    [InlineData("caught", "Rank 1 of 2 ends the job: the data of rank 1 are damaged")]
    [InlineData("leave", "Rank 1 of 2 ends the job: the process ends without having disposed its communicator.")]
    [InlineData("uneven", "leaves after 2 calls. All must make the same calls in the same order.")]
    public void Rank_CannotGoOn_EndsTheJob(string kind, string message)
    {
        JobResult job = MpiJob.Run(2, kind);
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain(message).And.NotContain("(Parameter");
    }

    [MpiFact]
    public void Process_AloneWithoutDisposal_EndsInOrder() =>
        MpiJob.Run(0, "forget").Succeeded().Errors.Should().BeEmpty("no other rank could wait for it");

    [MpiFact]
    public void Start_LauncherOfAnotherMake_IsRefused()
    {
        // What OpenMPI's library finds under MPICH's launcher; without this check every process would train by itself.
        JobResult job = MpiJob.Run(null, 0, ["hello"], [("PMI_SIZE", "2"), (MpiOptions.LibraryVariable, "libmpi.so.40")]);
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("MPICH's mpirun started 2 processes (PMI_SIZE), but the MPI library, libmpi.so.40 (OpenMPI), knows " +
            "of this one only: they are of different makes.");
        job.Lines.Should().BeEmpty();
    }

    [BothMakesFact]
    public void Start_RealLauncherOfAnotherMake_IsRefused()
    {
        JobResult job = MpiJob.Run(MpiLaunchers.OpenMpi, 2, ["hello"], [(MpiOptions.LibraryVariable, "libmpich.so.12")]);
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("OpenMPI's mpirun started 2 processes (OMPI_COMM_WORLD_SIZE), but the MPI library, libmpich.so.12 " +
            "(MPICH), knows of this one only");
        job.Lines.Should().BeEmpty();
    }

    [Fact]
    public void Start_LibraryThatIsNotThere_IsNamed()
    {
        JobResult job = MpiJob.Run(null, 0, ["hello"], [(MpiOptions.LibraryVariable, "libnowhere.so.1")]);
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("No MPI library can be loaded: tried libnowhere.so.1.");
    }

    [Fact]
    public void Start_LibraryThatIsNoMpi_IsRefused()
    {
        JobResult job = MpiJob.Run(null, 0, ["hello"], [(MpiOptions.LibraryVariable, "libm.so.6")]);
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("libm.so.6 is not an MPI library: it does not export MPI_Get_library_version.");
    }
}
