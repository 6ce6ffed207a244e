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

    [Fact]
    public void Ramped_EveryUpdate_IsTensorFlowsAndButForTheFirstDiffusers()
    {
        AverageProfile ramped = AverageProfile.Ramped(0.99);
        for (long updates = 0; updates < 2000; updates++)
        {
            // tf.train.ExponentialMovingAverage with num_updates: min(decay, (1 + num_updates) / (10 + num_updates)).
            ramped.Decay(updates).Should().Be(Math.Min(0.99, (1.0 + updates) / (10.0 + updates)));
            if (updates > 0) ramped.Decay(updates).Should().Be(Diffusers(updates + 1, 0.99));
        }

        (ramped.Decay(0), Diffusers(1, 0.99), ramped.Decay(890), ramped.Decay(891)).Should().Be((0.1, 0.0, 0.99, 0.99));
    }

    [Fact]
    public void Warmup_EveryUpdate_IsDiffusersWithUseEmaWarmup()
    {
        AverageProfile warmup = AverageProfile.Warmup(0.9999, inverseGamma: 2, power: 0.75);
        for (long updates = 0; updates < 3000; updates++)
        {
            // EMAModel.get_decay of diffusers 0.30: 1 - (1 + step / inv_gamma) ** -power, where step counts the updates before.
            double expected = updates == 0 ? 0 : Math.Min(1 - Math.Pow(1 + updates / 2.0, -0.75), 0.9999);
            warmup.Decay(updates).Should().Be(expected);
        }

        // What its documentation says of the defaults, and of power 3/4.
        AverageProfile.Warmup().Decay(31_600).Should().BeApproximately(0.999, 1e-5);
        AverageProfile.Warmup(power: 0.75).Decay(10_000).Should().BeApproximately(0.999, 1e-5);
        FluentActions.Invoking(() => AverageProfile.Warmup(inverseGamma: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("inverseGamma must be > 0, but is 0*");
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(double.NaN)]
    public void Power_OutOfRange_Throws(double width) =>
        FluentActions.Invoking(() => AverageProfile.Power(width))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("relativeWidth must be 0.01 … 0.28*");

    // EMAModel.get_decay of diffusers 0.30, without use_ema_warmup: step counts the update itself.
    private static double Diffusers(long optimizationStep, double decay)
    {
        long step = Math.Max(0, optimizationStep - 1);
        return step <= 0 ? 0 : Math.Min((1.0 + step) / (10.0 + step), decay);
    }

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
