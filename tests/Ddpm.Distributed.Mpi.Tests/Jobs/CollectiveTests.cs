namespace Ddpm.Distributed.Mpi.Tests.Jobs;

public sealed class CollectiveTests
{
    [MpiFact]
    public void Collectives_ThreeRanks_GiveWhatTheyMust()
    {
        // Not a power of two, for which libraries have other algorithms.
        JobResult job = MpiJob.Run(3, "collectives").Succeeded();
        job.Last(3).Should().AllBe("collectives are right");
        job.Of(0).Should().Contain("IOException: no space left");
        job.Of(2).Should().Contain("DistributedException: Rank 0 failed: IOException: no space left");
    }

    [MpiFact]
    public void Start_WithoutALauncher_IsRankZeroOfOne()
    {
        JobResult job = MpiJob.Run(0, "hello").Succeeded();
        job.Of(0).Should().ContainSingle().Which.Should().Match("0 of 1, local 0, libmpi*");
        MpiJob.Run(0, "collectives").Succeeded().Last(1).Should().Equal("collectives are right");
    }

    [BothMakesFact]
    public void Start_EachMakesOwnLauncher_FindsItsLibrary()
    {
        MpiJob.Run(MpiLaunchers.Mpich, 2, ["hello"]).Succeeded().Of(1).Single().Should().Match("1 of 2, local 1, libm*MPICH*");
        MpiJob.Run(MpiLaunchers.OpenMpi, 2, ["hello"]).Succeeded().Of(1).Single()
            .Should().Match("1 of 2, local 1, libmpi.so.40: Open MPI*");
        MpiJob.Run(MpiLaunchers.Mpich, 3, ["collectives"]).Succeeded().Last(3).Should().AllBe("collectives are right");
    }
}
