using Ddpm.Core.Tests.Sampling;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Distributed;

public sealed class SamplingShardsTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 10)]
    [InlineData(4, 2)] // fewer samples than ranks
    public void ShardFor_Ranks_ShareTheSamplesThatAreWanted(int size, int count)
    {
        SamplingRequest request = Request(count) with { FirstSample = 100, Skip = new HashSet<long> { 101 } };
        long[][] shares = ThreadRanks.Run(size, ranks => Numbers(request.ShardFor(ranks)));
        shares.SelectMany(share => share).Should().Equal(Numbers(request), "each is drawn once, in the order of the ranks");
        (shares.Max(share => share.Length) - shares.Min(share => share.Length)).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void ShardFor_OneRank_IsTheRequestItself()
    {
        SamplingRequest request = Request(4);
        request.ShardFor(SingleProcess.Instance).Should().BeSameAs(request);
    }

    [Fact]
    public void ShardFor_OneStreamForAllSamples_IsRefused()
    {
        using var generator = new Generator(1, CPU);
        SamplingRequest request = Request(4) with { Noise = new StreamNoise(generator) };
        FluentActions.Invoking(() => ThreadRanks.Run(2, ranks => request.ShardFor(ranks))).Should().Throw<AggregateException>()
            .WithInnerException<ArgumentException>()
            .WithMessage("Noise must be a function of each sample's number, such as PerSampleNoise*");
    }

    [Fact]
    public void Sample_RankWithoutSamples_GivesNone()
    {
        var process = new ReverseDiffusion(new LinearSchedule(4, 0.1, 0.5));
        var sampler = new DdpmSampler(new GaussianModel(process.Coefficients, 0, 1), process);
        long[] rows = ThreadRanks.Run(4, ranks =>
        {
            using Tensor own = sampler.Sample(Request(3).ShardFor(ranks));
            return own.size(0);
        });
        rows.Should().Equal(0, 1, 1, 1);
    }

    private static SamplingRequest Request(int count) => new() { Count = count, SampleShape = [1, 2, 2], Noise = new PerSampleNoise(1) };

    private static long[] Numbers(SamplingRequest request) =>
        [.. Enumerable.Range(0, request.Count).Select(k => request.FirstSample + k)
            .Where(number => request.Skip?.Contains(number) != true)];
}
