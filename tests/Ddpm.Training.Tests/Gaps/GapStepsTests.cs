using Ddpm.Core;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Gaps;

public sealed class GapStepsTests(ITestOutputHelper output)
{
    private static readonly IVarianceSchedule Schedule = GapFillerOptions.Process.Coefficients.Schedule;

    [Theory]
    [InlineData(12, 0.06)]
    [InlineData(16, 0.05)]
    public void Draws_OfNormalNumbers_HaveTheirVariance(int steps, double tolerance)
    {
        using var scope = NewDisposeScope();
        // What is left of a variance of 1 where the rest of a series is known: little beside a short gap, all of it far from any number.
        double[] variances = [0.03, 0.1, 0.3, 1, 2];
        using var data = GaussianMixtureData.Gaussian(zeros(variances.Length, float64), tensor(variances).diag());
        double[] drawn = Ratios(GapFillerOptions.Process.Respace(GapSteps.Of(Schedule, steps)));
        drawn.Should().OnlyContain(ratio => Math.Abs(ratio - 1) < tolerance);
        double unlimited = Ratios(GapFillerOptions.Process.Respace(TimestepSpacing.Karras(Schedule, 20))).Max();
        unlimited.Should().BeGreaterThan(1.3, "that spacing leaves the end of a cosine schedule too late");
        Ratios(GapFillerOptions.Process.Respace(20, KnownSpacings.Karras)).Max().Should().BeInRange(1.05, 1.2, "its noise has a limit");

        double[] Ratios(ReverseDiffusion process)
        {
            using Tensor samples = new DpmSolverSampler(new ExactModel(Schedule, data, Prediction.V), process).Sample(new SamplingRequest
            {
                Count = 20_000,
                SampleShape = [variances.Length],
                Noise = new PerSampleNoise(2),
                BatchSize = 20_000,
            });
            double[] ratios = [.. samples.to(float64).var(0).data<double>().ToArray().Zip(variances, (drawn, exact) => drawn / exact)];
            output.WriteLine(string.Join(" ", ratios.Select(ratio => ratio.ToString("F3"))));
            return ratios;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(998)]
    [InlineData(1000)]
    public void Of_AnyCount_GivesAscendingTimesteps(int count)
    {
        int[] timesteps = [.. GapSteps.Of(Schedule, count)];
        timesteps.Should().HaveCount(count).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
        timesteps.Should().OnlyContain(t => t >= 0 && t < 1000);
    }
}
