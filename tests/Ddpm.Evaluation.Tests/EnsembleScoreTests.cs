using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests;

public sealed class EnsembleScoreTests
{
    // CRPS of N(0, 1) at y is y(2Φ(y) - 1) + 2φ(y) - 1/√π (Gneiting and Raftery 2007, eq. 22), at 0, 1 and 3.
    [Theory]
    [InlineData(0, 0.2336949773)]
    [InlineData(1, 0.6024413576)]
    [InlineData(3, 2.4365747251)]
    public void Crps_OfEvenlySpreadNormals_IsTheClosedForm(double observed, double expected)
    {
        const int samples = 20_000;
        using Tensor levels = (arange(samples, float64) + 0.5) / samples, normals = special.erfinv(2 * levels - 1) * Math.Sqrt(2);
        EnsembleScore.CrpsOf(normals.data<double>().ToArray(), observed).Should().BeApproximately(expected, 1e-4);
    }

    [Fact]
    public void Crps_OfFewSamples_IsTheDoubleSum()
    {
        double[] samples = [3, -1, 4, 4];
        double spread = samples.SelectMany(a => samples.Select(b => Math.Abs(a - b))).Average() / 2;
        EnsembleScore.CrpsOf(samples, 2).Should().BeApproximately(samples.Average(x => Math.Abs(x - 2)) - spread, 1e-12);
        EnsembleScore.CrpsOf([5], 2).Should().Be(3, "of a single number it is the absolute error");
    }

    [Fact]
    public void Coverage_OfExactNormals_IsTheBandsShare()
    {
        var exact = new EnsembleScore(0.8);
        var narrow = new EnsembleScore(0.8);
        for (int i = 0; i < 4000; i++)
        {
            double[] drawn = Normal(i + 1, 201);
            exact.Add(drawn.AsSpan(1), drawn[0]);
            narrow.Add([.. drawn.Skip(1).Select(x => x / 2)], drawn[0]);
        }

        // The deviation over 4,000 numbers is 0.006.
        exact.Coverage.Should().BeApproximately(0.8, 0.02);
        exact.Width.Should().BeApproximately(2 * 1.2816, 0.03);
        // P(|z| < 1.2816/2) = 0.478.
        narrow.Coverage.Should().BeApproximately(0.478, 0.025);
        exact.Crps.Should().BeLessThan(narrow.Crps);
        (exact.Count, exact.MeanAbsoluteError).Should().Be((4000, exact.MeanAbsoluteError));
        exact.MeanAbsoluteError.Should().BeApproximately(Math.Sqrt(2 / Math.PI), 0.03);
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public void Coverage_OfNumbersThatAreOftenZero_IsTheBandsShareToo(double zeros)
    {
        var score = new EnsembleScore(0.8);
        var cut = new EnsembleScore(0.8);
        double edge = Math.Sqrt(2) * ErrorFunctionInverse(2 * zeros - 1);
        for (int i = 0; i < 4000; i++)
        {
            double[] drawn = [.. Normal(i + 1, 51).Select(x => Math.Max(0, x - edge))];
            score.Add(drawn.AsSpan(1), drawn[0]);
            cut.Add(Enumerable.Repeat(0.0, 50).ToArray(), drawn[0]);
        }

        score.Coverage.Should().BeApproximately(0.8, 0.02);
        cut.Coverage.Should().BeApproximately(0.8 * zeros, 0.02, "an ensemble of zeros does not hold the rest");
    }

    [Fact]
    public void Coverage_OfANumberAmongEqualSamples_IsThePartOfItsPlacesInTheBand()
    {
        var score = new EnsembleScore(0.8);
        // 9 zeros and a 1: with the number there are 11 places of 1/11, and zeros have 10 of them. The band is 0.1 … 0.9.
        score.Add([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 0);
        score.Coverage.Should().BeApproximately(0.8 / (10.0 / 11), 1e-12);
    }

    [Fact]
    public void Add_WhatIsNoNumber_IsRefusedAndAddsNothing()
    {
        var score = new EnsembleScore();
        FluentActions.Invoking(() => score.Add([1, double.NaN], 0)).Should().Throw<ArgumentException>()
            .WithMessage("samples must be finite*");
        FluentActions.Invoking(() => score.Add([], 0)).Should().Throw<ArgumentException>().WithMessage("samples must be at least one*");
        FluentActions.Invoking(() => score.Add([1], double.NaN)).Should().Throw<ArgumentException>()
            .WithMessage("observed must be finite*");
        score.Count.Should().Be(0);
        FluentActions.Invoking(() => new EnsembleScore(1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double ErrorFunctionInverse(double x)
    {
        using Tensor result = special.erfinv(tensor(x, float64));
        return result.item<double>();
    }

    private static double[] Normal(long index, int count)
    {
        var numbers = new float[count];
        new CounterBasedRandom(seed: 5, index, 0).FillNormal(numbers);
        return [.. numbers.Select(x => (double)x)];
    }
}
