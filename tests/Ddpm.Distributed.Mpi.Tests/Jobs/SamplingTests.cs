using System.Runtime.InteropServices;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

public sealed class SamplingTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-mpi-");

    public void Dispose() => folder.Delete(recursive: true);

    [MpiFact]
    public void Sample_OneTwoAndFourRanks_DrawTheSamePictures()
    {
        float[] one = Numbers<float>("sample", 0, "10 of 10");
        one.Should().HaveCount(10 * 64).And.Contain(pixel => pixel > 0).And.Contain(pixel => pixel < 0);
        foreach ((int ranks, string share) in new[] { (2, "5 of 10"), (4, "2 of 10") })
        {
            float[] several = Numbers<float>("sample", ranks, share);
            several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-5f, $"on {ranks} ranks");
        }
    }

    [MpiFact]
    public void Evaluate_OneTwoAndFourRanks_GiveTheSameStatistics()
    {
        double[] one = Numbers<double>("evaluate", 0, "10 images");
        one.Should().HaveCount(64 + 64 * 64);
        foreach (int ranks in new[] { 2, 4 })
        {
            double[] several = Numbers<double>("evaluate", ranks, "10 images");
            several.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12, $"on {ranks} ranks");
        }
    }

    private T[] Numbers<T>(string what, int ranks, string said)
        where T : struct
    {
        string file = Path.Combine(folder.FullName, $"{what}-{ranks}");
        MpiJob.Run(ranks, what, file).Succeeded().Of(0).Should().Contain(said);
        return MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(file)).ToArray();
    }
}
