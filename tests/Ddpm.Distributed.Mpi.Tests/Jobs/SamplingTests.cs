namespace Ddpm.Distributed.Mpi.Tests.Jobs;

public sealed class SamplingTests(SampledJobs jobs) : IClassFixture<SampledJobs>
{
    [MpiFact]
    public void Sample_OneTwoAndFourRanks_DrawTheSamePictures()
    {
        float[] one = jobs.Samples(0, "10 of 10");
        one.Should().HaveCount(10 * 64).And.Contain(pixel => pixel > 0).And.Contain(pixel => pixel < 0);
        foreach ((int ranks, string share) in new[] { (2, "5 of 10"), (4, "2 of 10") })
        {
            float[] several = jobs.Samples(ranks, share);
            several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-5f, $"on {ranks} ranks");
        }
    }

    [MpiFact]
    public void Evaluate_OneTwoAndFourRanks_GiveTheSameStatistics()
    {
        double[] one = jobs.Statistics(0, "10 images");
        one.Should().HaveCount(64 + 64 * 64);
        foreach (int ranks in new[] { 2, 4 })
        {
            double[] several = jobs.Statistics(ranks, "10 images");
            several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12, $"on {ranks} ranks");
        }
    }
}
