namespace Ddpm.Schedules.Tests.Noise;

public sealed class CounterBasedRandomTests
{
    // The known-answer vectors of the authors' Random123 library for Philox4x32-10: counter, key, result.
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Philox_KnownCounters_GiveThePublishedWords(uint[] counter, uint[] key, uint[] expected)
    {
        long seed = unchecked((long)(key[0] | ((ulong)key[1] << 32)));
        long index = unchecked((long)(counter[2] | ((ulong)counter[3] << 32)));
        var random = new CounterBasedRandom(seed, index, unchecked((int)counter[1]));

        (uint a, uint b, uint c, uint d) = random.Philox(counter[0]);

        new[] { a, b, c, d }.Should().Equal(expected);
    }

    [Fact]
    public void FillNormal_ManyNumbers_AreStandardNormal()
    {
        var numbers = new float[1_000_000];
        new CounterBasedRandom(1, 2, 3).FillNormal(numbers);

        double[] sorted = [.. numbers.Select(x => (double)x).Order()];
        double mean = sorted.Average();
        double variance = sorted.Average(x => (x - mean) * (x - mean));
        double kurtosis = sorted.Average(x => Math.Pow(x - mean, 4)) / (variance * variance);
        // Five standard errors of each: 1/√n, √(2/n), √(24/n). The seed is fixed; the numbers are not tuned to it.
        mean.Should().BeApproximately(0, 5e-3);
        variance.Should().BeApproximately(1, 7.1e-3);
        kurtosis.Should().BeApproximately(3, 2.5e-2);
        // Quantiles of the normal distribution, to five standard errors √(p(1-p)/n)/φ(q).
        sorted[(int)(0.5 * sorted.Length)].Should().BeApproximately(0, 6.3e-3);
        sorted[(int)(0.975 * sorted.Length)].Should().BeApproximately(1.959964, 1.4e-2);
        sorted[(int)(0.00135 * sorted.Length)].Should().BeApproximately(-2.99998, 4.2e-2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void FillNormal_ShorterSpan_IsThePrefixOfALongerOne(int length)
    {
        var random = new CounterBasedRandom(7, 0, 0);
        var all = new float[16];
        var some = new float[length];
        random.FillNormal(all);
        random.FillNormal(some);

        some.Should().Equal(all[..length]);
    }

    [Fact]
    public void Streams_OfOtherSeedIndexOrStep_AreUncorrelated()
    {
        const int n = 100_000;
        var first = new float[n];
        new CounterBasedRandom(5, 5, 5).FillNormal(first);
        foreach (CounterBasedRandom other in new CounterBasedRandom[] { new(6, 5, 5), new(5, 6, 5), new(5, 5, 6), new(5, 5L << 32, 5) })
        {
            var second = new float[n];
            other.FillNormal(second);
            double correlation = first.Zip(second, (x, y) => (double)x * y).Average();
            // Five standard errors 1/√n.
            correlation.Should().BeApproximately(0, 5 / Math.Sqrt(n));
        }
    }

    [Fact]
    public void UniformBelow_ManyDraws_AreUniform()
    {
        var random = new CounterBasedRandom(11, 0, 0);
        var counts = new int[10];
        const int n = 100_000;
        for (uint i = 0; i < n; i++) counts[random.UniformBelow(i, 10)]++;

        double chiSquare = counts.Sum(count => Math.Pow(count - n / 10.0, 2) / (n / 10.0));
        // 9 degrees of freedom: above 33.7 with probability 1e-4 by chance.
        chiSquare.Should().BeLessThan(33.7);
    }

    [Fact]
    public void UniformBelow_NoValues_Throws() =>
        FluentActions.Invoking(() => new CounterBasedRandom(0, 0, 0).UniformBelow(0, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("range");
}
