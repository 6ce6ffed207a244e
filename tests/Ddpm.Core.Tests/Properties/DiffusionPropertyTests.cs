using CsCheck;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Properties;

/// <summary>Identities that hold for every schedule and shape. CsCheck prints the seed of a failure.</summary>
public sealed class DiffusionPropertyTests
{
    private static readonly Gen<IVarianceSchedule> Schedules = Gen.OneOf(
        Gen.Double[1e-5, 0.5].Array[1, 40].Select(betas => (IVarianceSchedule)new TabulatedSchedule(betas)),
        Gen.Int[1, 60].Select(timesteps => (IVarianceSchedule)new LinearSchedule(timesteps)),
        Gen.Int[21, 60].Select(timesteps => (IVarianceSchedule)LinearSchedule.Scaled(timesteps)),
        Gen.Int[1, 60].Select(timesteps => (IVarianceSchedule)new CosineSchedule(timesteps)),
        Gen.Int[1, 60].Select(timesteps => (IVarianceSchedule)new LaplaceSchedule(timesteps)),
        Gen.Int[1, 60].Select(timesteps => (IVarianceSchedule)new SigmoidSchedule(timesteps)),
        Gen.Select(Gen.Int[1, 60], Gen.Double[0, 1])
            .Select((timesteps, fraction) => (IVarianceSchedule)new WarmupSchedule(timesteps, fraction)),
        Gen.Select(Gen.Int[5, 60], Gen.Int[1, 5])
            .Select((timesteps, count) => (IVarianceSchedule)new RespacedSchedule(
            new QuadraticSchedule(timesteps), TimestepSpacing.Trailing(timesteps, count))));

    // [B, …] of rank 2 to 4 with standard normal entries, as many as 2 x 4 x 5 x 5.
    private static readonly Gen<(long[] Shape, long Seed)> Shapes = Gen.Select(Gen.Long[1, 5].Array[2, 4], Gen.Long);

    [Fact]
    public void Tables_AnySchedule_AreInOrder() => Schedules.Sample(
        schedule =>
        {
            var c = new DiffusionCoefficients(schedule);
            for (int t = 0; t < c.Timesteps; t++)
            {
                c.AlphaBars[t].Should().BeLessThan(c.AlphaBarsPrevious[t]).And.BeGreaterThanOrEqualTo(0);
                // 0 ≤ β̃_t ≤ β_t, equal only where q forgets nothing before; and the posterior mean of x_0 = x_t = 1/√… is a mean.
                c.PosteriorVariances[t].Should().BeInRange(0, c.Betas[t] * (1 + 1e-12));
                (t == 0 ? 0 : c.SignalToNoiseRatios[t - 1] - c.SignalToNoiseRatios[t]).Should().BeGreaterThanOrEqualTo(0);
                // E[x_{t-1}] of the posterior at the expected x_t is that of q: a + b √ᾱ_t = √ᾱ_{t-1}.
                (c.PosteriorMeanX0Weights[t] + c.PosteriorMeanXtWeights[t] * c.SqrtAlphaBars[t])
                    .Should().BeApproximately(Math.Sqrt(c.AlphaBarsPrevious[t]), 1e-9);
            }
        },
        iter: 200,
        threads: 1);

    [Fact]
    public void Respaced_AllTimesteps_IsTheOriginal() => Schedules.Sample(
        schedule =>
        {
            DiffusionCoefficients original = new(schedule),
                respaced = new(new RespacedSchedule(schedule, Enumerable.Range(0, schedule.Timesteps)));
            respaced.AlphaBars.ShouldBeClose([.. original.AlphaBars], 1e-12, 0, "ᾱ");
            respaced.Betas.ShouldBeClose([.. original.Betas], 1e-10, 1e-15, "β");
            Enumerable.Range(0, schedule.Timesteps)
                .Select(((IVarianceSchedule)new RespacedSchedule(schedule, Enumerable.Range(0, schedule.Timesteps))).ModelTimestep)
                .Should().Equal(Enumerable.Range(0, schedule.Timesteps).Select(schedule.ModelTimestep));
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Predictions_TrueTarget_GiveBackX0AndTheNoise() => Gen.Select(Schedules, Shapes).Sample(
        (schedule, shape) =>
        {
            using var scope = NewDisposeScope();
            (Tensor x0, Tensor eps, long[] t) = Draw(schedule, shape);
            foreach (Prediction prediction in new[] { Prediction.Epsilon, Prediction.X0, Prediction.V, Prediction.PosteriorMean })
            {
                ReverseDiffusion process = new(
                    schedule, new ReverseDiffusionOptions { Prediction = prediction, Clipping = X0Clipping.None });
                Tensor xt = process.Forward.Sample(x0, t, eps);
                ReverseMoments moments = process.Moments(prediction.Target(process.Coefficients, x0, xt, eps, t), xt, t);
                // An error of rounding is multiplied by at most 1/√ᾱ_t.
                double tolerance = 1e-12 / Math.Sqrt(process.Coefficients.AlphaBars[^1]);
                Largest(moments.X0 - x0).Should().BeLessThan(tolerance);
                Largest(process.Forward.Noise(moments.X0, xt, t) - eps)
                    .Should().BeLessThan(100 * tolerance / process.Coefficients.SqrtOneMinusAlphaBars[0]);
                Largest(moments.Mean - process.Posterior.Mean(x0, xt, t)).Should().BeLessThan(tolerance);
            }
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Posterior_AnySchedule_IsBayesRule() =>
        Gen.Select(Schedules, Gen.Double[-2, 2], Gen.Double[-2, 2], Gen.Double[-2, 2], Gen.Double[0, 1]).Sample(
        (schedule, x0, xt, previous, where) =>
        {
            // q(x_{t-1} | x_t, x_0) = q(x_t | x_{t-1}) q(x_{t-1} | x_0)/q(x_t | x_0), as logarithms.
            DiffusionCoefficients c = new(schedule);
            int t = (int)(where * (c.Timesteps - 1));
            if (t == 0) return;
            using var scope = NewDisposeScope();
            double mean = new PosteriorQ(c).Mean(full([1, 1], x0, float64), full([1, 1], xt, float64), t).item<double>();
            double left = LogNormal(previous, mean, c.PosteriorVariances[t]);
            double right = LogNormal(xt, Math.Sqrt(c.Alphas[t]) * previous, c.Betas[t]) + LogNormal(
                previous, c.SqrtAlphaBars[t - 1] * x0, 1 - c.AlphaBars[t - 1]) - LogNormal(xt, c.SqrtAlphaBars[t] * x0, 1 - c.AlphaBars[t]);
            left.Should().BeApproximately(right, 1e-7 * (1 + Math.Abs(right)));
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void Moments_AnyBatchSplit_AreTheSame() => Gen.Select(Schedules, Shapes).Sample(
        (schedule, shape) =>
        {
            using var scope = NewDisposeScope();
            (Tensor xt, Tensor eps, long[] t) = Draw(schedule, shape);
            foreach (ReverseVariance variance in new[] { ReverseVariance.FixedLarge, ReverseVariance.LearnedRange })
            {
                ReverseDiffusion process = new(schedule, new ReverseDiffusionOptions { Variance = variance });
                Tensor output = variance.IsLearned ? cat([eps, -eps], 1) : eps;
                ReverseMoments whole = process.Moments(output, xt, t);
                for (int i = 0; i < t.Length; i++)
                {
                    ReverseMoments one = process.Moments(output.narrow(0, i, 1), xt.narrow(0, i, 1), (int)t[i]);
                    one.Mean.Equals(whole.Mean.narrow(0, i, 1)).Should().BeTrue();
                    one.LogVariance.expand_as(one.Mean).Equals(whole.LogVariance.expand_as(whole.Mean).narrow(0, i, 1)).Should().BeTrue();
                }
            }
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Arithmetic_SinglePrecision_IsWithinItsBoundOfDouble() => Gen.Select(Schedules, Shapes).Sample(
        (schedule, shape) =>
        {
            using var scope = NewDisposeScope();
            (Tensor x0, Tensor eps, long[] t) = Draw(schedule, shape);
            ReverseDiffusion process = new(schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None });
            Tensor xt = process.Forward.Sample(x0, t, eps), single = process.Forward.Sample(x0.to(float32), t, eps.to(float32));
            // A handful of roundings of 6e-8 on numbers of size |x_0| + |ε|.
            double size = Largest(x0) + Largest(eps), unit = 6e-8 * size;
            Largest(single.to(float64) - xt).Should().BeLessThanOrEqualTo(4 * unit);

            ReverseMoments exact = process.Moments(eps, xt, t), rough = process.Moments(eps.to(float32), xt.to(float32), t);
            Largest(rough.X0.to(float64) - exact.X0).Should().BeLessThanOrEqualTo(8 * unit / Math.Sqrt(process.Coefficients.AlphaBars[^1]));
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Decoder_AnyNormal_IsADistributionOverPixels() => Gen.Select(Gen.Double[-1.5, 1.5], Gen.Double[-7, 1]).Sample(
        (mean, logScale) =>
        {
            using var scope = NewDisposeScope();
            Tensor pixels = arange(256, float64) / 127.5 - 1, logVariance = tensor(2 * logScale, float64);
            double Sum(Decoder decoder) => decoder.LogLikelihood(pixels, full_like(pixels, mean), logVariance).exp().sum().item<double>();
            Sum(Decoder.DiscretizedExact).Should().BeApproximately(1, 1e-11);
            // 256 floors of 1e-12.
            Sum(Decoder.Discretized).Should().BeInRange(1 - 1e-11, 1 + 256e-12 + 1e-11);
        },
        iter: 200,
        threads: 1);

    private static (Tensor X, Tensor Eps, long[] T) Draw(IVarianceSchedule schedule, (long[] Shape, long Seed) shape)
    {
        NoiseRequest request = new()
        {
            SampleIndices = [.. Enumerable.Range(0, (int)shape.Shape[0]).Select(i => (long)i)],
            Step = 0,
            Shape = shape.Shape,
            ElementType = float64,
        };
        var noise = new PerSampleNoise(shape.Seed);
        long[] t = [.. new UniformTimesteps(schedule.Timesteps).Draw(shape.Seed, 0, (int)shape.Shape[0]).Timesteps];
        return (noise.Draw(request), noise.Draw(request with { Step = 1 }), t);
    }

    private static double Largest(Tensor difference) => difference.abs().max().item<double>();

    private static double LogNormal(double x, double mean, double variance) =>
        -0.5 * (Math.Log(2 * Math.PI * variance) + (x - mean) * (x - mean) / variance);
}
