namespace Ddpm.Distributed.Mpi.Tests.Jobs;

public sealed class SamplingTests(SampledJobs jobs) : IClassFixture<SampledJobs>
{
    [MpiFact]
    public void Sample_OneAndThreeRanks_DrawTheSamePictures()
    {
        float[] one = jobs.Samples(0, "10 of 10");
        one.Should().HaveCount(10 * 64).And.Contain(pixel => pixel > 0).And.Contain(pixel => pixel < 0);
        // Three ranks do not share ten pictures equally: the last draws four.
        float[] several = jobs.Samples(3, "3 of 10");
        several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-5f);
    }

    [MpiFact]
    public void Evaluate_OneAndThreeRanks_GiveTheSameStatistics()
    {
        double[] one = jobs.Statistics(0, "10 images");
        one.Should().HaveCount(64 + 64 * 64);
        double[] several = jobs.Statistics(3, "10 images");
        several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12);
    }
}
