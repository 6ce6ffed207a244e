namespace Ddpm.Schedules.Tests.Timesteps;

public sealed class TimestepSamplerTests
{
    [Fact]
    public void Draw_UniformAndStratified_AreUniformInEveryPlace()
    {
        foreach (ITimestepSampler sampler in new ITimestepSampler[] { new UniformTimesteps(10), new StratifiedTimesteps(10) })
        {
            long[][] draws = [.. Enumerable.Range(0, 4000).Select(step => sampler.Draw(1, step, 4).Timesteps.ToArray())];
            for (int place = 0; place < 4; place++)
            {
                // χ² with 9 degrees of freedom exceeds 33.7 once in 10,000.
                Enumerable.Range(0, 10).Sum(t => Math.Pow(draws.Count(draw => draw[place] == t) - 400, 2) / 400)
                    .Should().BeLessThan(33.7, "{0}, place {1}", sampler.GetType().Name, place);
            }
        }
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(1000, 64)]
    [InlineData(7, 3)]
    [InlineData(5, 20)]
    public void Draw_Stratified_CoversEveryStratumOnce(int timesteps, int count)
    {
        for (int step = 0; step < 50; step++)
        {
            long[] sorted = [.. new StratifiedTimesteps(timesteps).Draw(3, step, count).Timesteps.Order()];
            sorted.Should().OnlyContain(t => t >= 0 && t < timesteps);
            // Neighbours lie T/B apart, to the rounding down.
            for (int i = 1; i < count; i++)
            {
                (sorted[i] - sorted[i - 1]).Should().BeInRange(
                    timesteps / count - (timesteps % count == 0 && timesteps >= count ? 0 : 1), (timesteps + count - 1) / count);
            }
        }
    }

    [Fact]
    public void Draw_SameArguments_GiveTheSame()
    {
        var sampler = new UniformTimesteps(1000);
        sampler.Draw(1, 5, 64).Timesteps.Should().Equal(sampler.Draw(1, 5, 64).Timesteps).And.NotEqual(
            sampler.Draw(2, 5, 64).Timesteps).And.NotEqual(sampler.Draw(1, 6, 64).Timesteps);
        sampler.Draw(1, 5, 64).Timesteps[..16].Should().Equal(
            sampler.Draw(1, 5, 16).Timesteps, "an example's timestep depends on its place alone");
    }

    [Fact]
    public void LossSecondMoment_UntilWarm_IsUniform()
    {
        var sampler = new LossSecondMomentTimesteps(3, historyLength: 2);
        Observe(sampler, 0, 5, 5);
        Observe(sampler, 1, 1, 1);
        Observe(sampler, 2, 1);

        sampler.IsWarmedUp.Should().BeFalse();
        sampler.Probabilities.Should().Equal(1.0 / 3, 1.0 / 3, 1.0 / 3);
        sampler.Draw(1, 0, 8).Weights.Should().OnlyContain(weight => Math.Abs(weight - 1) < 1e-15);
    }

    [Fact]
    public void LossSecondMoment_Warm_FollowsTheLastLossesAndStaysUnbiased()
    {
        var sampler = new LossSecondMomentTimesteps(3, historyLength: 2, uniformProbability: 0.1);
        Observe(sampler, 0, 100, 3, 4);
        Observe(sampler, 1, 1, 1);
        Observe(sampler, 2, 0, 0);

        // Root mean squares of the last two: √12.5, 1, 0.
        double root = Math.Sqrt(12.5);
        sampler.Probabilities.ShouldBeClose([0.9 * root / (root + 1) + 0.1 / 3, 0.9 / (root + 1) + 0.1 / 3, 0.1 / 3], 1e-14, 0,
            "probabilities");

        TimestepDraw draw = sampler.Draw(7, 0, 30_000);
        double[] losses = [3, -1, 20];
        // The weighted mean of any function is its uniform mean, here 22/3, to five standard errors.
        double[] weighted = [.. draw.Timesteps.Select((t, i) => losses[t] * draw.Weights[i])];
        double mean = weighted.Average(), error = Math.Sqrt(weighted.Average(x => (x - mean) * (x - mean)) / weighted.Length);
        mean.Should().BeApproximately(22.0 / 3, 5 * error);
        draw.Timesteps.Count(t => t == 0)
            .Should().BeInRange((int)(30_000 * (sampler.Probabilities[0] - 0.015)), (int)(30_000 * (sampler.Probabilities[0] + 0.015)));
    }

    [Fact]
    public void LossSecondMoment_AllZeroLosses_IsUniform()
    {
        var sampler = new LossSecondMomentTimesteps(2, historyLength: 1);
        Observe(sampler, 0, 0);
        Observe(sampler, 1, 0);
        sampler.Probabilities.Should().Equal(0.5, 0.5);
    }

    [Fact]
    public void BadInput_SaysWhatAndChangesNothing()
    {
        FluentActions.Invoking(() => new UniformTimesteps(0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("timesteps must be at least 1, but is 0*");
        FluentActions.Invoking(() => new StratifiedTimesteps(5).Draw(1, 0, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("count");
        FluentActions.Invoking(() => new LossSecondMomentTimesteps(5, uniformProbability: 1.5))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("uniformProbability");
        var sampler = new LossSecondMomentTimesteps(2, historyLength: 1);
        TimestepDraw draw = new([0, 1], [1, 1]);
        FluentActions.Invoking(() => sampler.Observe(draw, [1])).Should().Throw<ArgumentException>()
            .WithMessage("losses must have one for each of the 2 timesteps, but has 1*");
        FluentActions.Invoking(() => sampler.Observe(draw, [1, double.NaN])).Should().Throw<ArgumentException>()
            .WithMessage("*losses[1] is NaN*");
        sampler.IsWarmedUp.Should().BeFalse();
    }

    private static void Observe(LossSecondMomentTimesteps sampler, long t, params double[] losses)
    {
        foreach (double loss in losses) sampler.Observe(new TimestepDraw([t], [1]), [loss]);
    }
}
