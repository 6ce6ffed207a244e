namespace Ddpm.Training.Tests.Averaging;

public sealed class AverageProfileTests
{
    [Theory]
    [InlineData(0.05, 16.97)] // Karras et al. 2024, sec. 3.1
    [InlineData(0.10, 6.94)]
    public void Power_PublishedWidths_HaveThePublishedExponents(double width, double exponent) =>
        ((PowerAverage)AverageProfile.Power(width)).Exponent.Should().BeApproximately(exponent, 0.005);

    [Theory]
    [InlineData(500)]
    [InlineData(20_000)]
    public void Power_RunOfAnyLength_SpansTheSameShareOfIt(int steps)
    {
        double[] weights = Weights(AverageProfile.Power(0.1), steps);
        weights[0].Should().Be(0, "the random start counts nothing");
        weights.Sum().Should().BeApproximately(1, 1e-12);
        double mean = weights.Select((weight, step) => weight * step).Sum();
        double deviation = Math.Sqrt(weights.Select((weight, step) => weight * (step - mean) * (step - mean)).Sum());
        (deviation / steps).Should().BeApproximately(0.1, 1e-3);
    }

    [Fact]
    public void Profiles_ShortRun_KeepWhatTheirDocsSayOfTheStart()
    {
        Weights(AverageProfile.Constant(0.9999), 5000)[0].Should().BeApproximately(0.61, 0.005);
        Weights(AverageProfile.Ramped(0.9999), 500)[0].Should().BeLessThan(1e-12);
        Weights(AverageProfile.Power(), 500)[0].Should().Be(0);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(double.NaN)]
    public void Power_OutOfRange_Throws(double width) =>
        FluentActions.Invoking(() => AverageProfile.Power(width))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("relativeWidth must be 0.01 … 0.28*");

    // The weight of the start and of each step's parameters in the average after some updates.
    private static double[] Weights(AverageProfile profile, int steps)
    {
        var weights = new double[steps + 1];
        weights[0] = 1;
        for (int n = 0; n < steps; n++)
        {
            double decay = profile.Decay(n);
            for (int i = 0; i <= n; i++) weights[i] *= decay;
            weights[n + 1] = 1 - decay;
        }

        return weights;
    }
}
