namespace Ddpm.Distributed.Mpi.Tests.Jobs;

public sealed class CollectiveTests
{
    [MpiFact]
    public void Collectives_ThreeRanks_GiveWhatTheyMust() => CollectivesAreRight(MpiLaunchers.OpenMpi!, "libmpi.so.40: Open MPI*");

    [BothMakesFact]
    public void Collectives_ThreeRanksOfMpich_GiveWhatTheyMustOnItsOwnLibrary() =>
        CollectivesAreRight(MpiLaunchers.Mpich!, "libm*MPICH*");

    [MpiFact]
    public void Start_WithoutALauncher_IsRankZeroOfOne()
    {
        JobResult job = MpiJob.Run(0, "collectives").Succeeded();
        job.Of(0)[0].Should().Match("0 of 1, local 0, libmpi*");
        job.Last(1).Should().Equal("collectives are right");
    }

    // Not a power of two, for which libraries have other algorithms.
    private static void CollectivesAreRight(string launcher, string library)
    {
        JobResult job = MpiJob.Run(launcher, 3, ["collectives"]).Succeeded();
        for (int rank = 0; rank < 3; rank++) job.Of(rank)[0].Should().Match($"{rank} of 3, local {rank}, {library}");
        job.Last(3).Should().AllBe("collectives are right");
        job.Of(0).Should().Contain("IOException: no space left");
        job.Of(2).Should().Contain("DistributedException: Rank 0 failed: IOException: no space left");
    }
}
