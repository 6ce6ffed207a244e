using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>What services are built on: batches, resuming, starts, hooks, labels, streams, threads.</summary>
public sealed class SamplingSeamTests
{
    private static readonly IVarianceSchedule Schedule = new LinearSchedule(40, 0.002, 0.4);
    private static readonly ReverseDiffusion Process = new(Schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None });

    private static SamplingRequest Request(int count) =>
        new() { Count = count, SampleShape = [2], Noise = new PerSampleNoise(5), ElementType = float64, BatchSize = 4 };

    [Fact]
    public void Batches_SkippingWhatIsDone_GiveTheRestOfTheSameSamples()
    {
        var sampler = new DdpmSampler(new Exact(), Process);
        using Tensor all = sampler.Sample(Request(10));
        HashSet<long> done = [0, 3, 4, 9];
        var seen = new List<long>();
        foreach (SampleBatch batch in sampler.Batches(Request(10) with { Skip = done }))
        {
            using (batch)
            {
                for (int row = 0; row < batch.Indices.Length; row++)
                {
                    batch.Samples[row].sub(all[batch.Indices[row]]).abs().max().item<double>().Should().BeLessThan(1e-12);
                }

                seen.AddRange(batch.Indices);
            }
        }

        seen.Should().Equal(1, 2, 5, 6, 7, 8);
        using Tensor rest = sampler.Sample(Request(10) with { Skip = done });
        rest.shape.Should().Equal(6, 2);
    }

    [Fact]
    public void Batches_LeftEarly_FreesEverything()
    {
        var sampler = new DdpmSampler(new Exact(), Process);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (SampleBatch batch in sampler.Batches(Request(1000)))
        {
            batch.Dispose();
            break;
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Preview_EveryTenSteps_SeesEveryBatch()
    {
        var seen = new List<(int Step, long Rows)>();
        new DdpmSampler(new Exact(), Process)
            .Sample(Request(6) with { PreviewEvery = 15, Preview = state => seen.Add((state.Step, state.X.size(0))) }).Dispose();
        seen.Should().Equal((15, 4), (30, 4), (40, 4), (15, 2), (30, 2), (40, 2));
    }

    [Fact]
    public void SampleFrom_StateOfARun_EndsWhereTheRunEnds()
    {
        var sampler = new DdpmSampler(new Exact(), Process);
        using Tensor whole = sampler.Sample(Request(3));
        foreach (SamplingState state in sampler.Steps(Request(3)))
        {
            if (state.Timestep is 0 or 40) continue;
            using Tensor rest = sampler.SampleFrom(state.X, state.Timestep - 1, new PerSampleNoise(5));
            rest.sub(whole).abs().max().item<double>().Should().BeLessThan(1e-12, "from t = {0}", state.Timestep - 1);
        }
    }

    [Fact]
    public void Reconstruct_LittleNoise_StaysNear()
    {
        using var scope = NewDisposeScope();
        var sampler = new DdpmSampler(new Exact(), Process);
        Tensor x0 = tensor(new[,] { { 0.3, -0.2 }, { 1.0, 0.5 } });
        double Distance(int t) => sampler.Reconstruct(x0, t, new PerSampleNoise(1)).sub(x0).abs().mean().item<double>();
        Distance(0).Should().BeLessThan(0.1);
        Distance(39).Should().BeGreaterThan(3 * Distance(0));
    }

    [Fact]
    public void Interpolate_Ends_AreTheReconstructions()
    {
        using var scope = NewDisposeScope();
        var sampler = new DdpmSampler(new Exact(), Process);
        Tensor a = tensor(new[,] { { 0.3, -0.2 }, { 1.0, 0.5 } }), b = tensor(new[,] { { -0.9, 0.1 }, { 0.2, 0.7 } });
        foreach (InterpolationOptions options in new InterpolationOptions[] {
            new(), new() { Spherical = true }, new() { SharedNoise = true } })
        {
            using Tensor path = sampler.Interpolate(a, b, [0, 0.5, 1], 20, new PerSampleNoise(1), options);
            path.shape.Should().Equal(3, 2, 2);
            path[0].sub(sampler.Reconstruct(a, 20, new PerSampleNoise(1))).abs().max().item<double>().Should().BeLessThan(1e-12);
            if (options.SharedNoise)
            {
                path[2].sub(sampler.Reconstruct(b, 20, new PerSampleNoise(1))).abs().max().item<double>().Should().BeLessThan(1e-12);
            }
        }

        // The mean of two normal numbers has half their variance; on the circle it keeps its length.
        Tensor x = randn(4, 10_000, dtype: float64, generator: new Generator(1)),
            y = randn(4, 10_000, dtype: float64, generator: new Generator(2));
        new InterpolationOptions().Mix(x, y, 0.5).square().mean().item<double>().Should().BeApproximately(0.5, 0.02);
        new InterpolationOptions { Spherical = true }.Mix(x, y, 0.5).square().mean().item<double>().Should().BeApproximately(1, 0.02);
        FluentActions.Invoking(() => sampler.Interpolate(a, b, [1.2], 20, new PerSampleNoise(1))).Should().Throw<ArgumentException>()
            .WithMessage("weights must be one or more numbers from 0 to 1, but are 1*2*");
    }

    [Fact]
    public void Hook_ReplacingX0_DecidesTheEnd()
    {
        using var scope = NewDisposeScope();
        foreach (DiffusionSampler sampler in new DiffusionSampler[] { new DdpmSampler(new Exact(), Process),
            new DdimSampler(new Exact(), Process), new DpmSolverSampler(new Exact(), Process), new PndmSampler(new Exact(), Process) })
        {
            var hook = new Fixed(0.25);
            using Tensor samples = sampler.Sample(Request(3) with { Hook = hook });
            if (sampler is not PndmSampler) samples.sub(0.25).abs().max().item<double>().Should().BeLessThan(1e-9, sampler.GetType().Name);
            hook.Timesteps.Should().Equal(Enumerable.Range(0, 40).Reverse());
        }

        var after = new Halved();
        using Tensor halved = new DdpmSampler(new Exact(), Process).Sample(Request(3) with { Hook = after });
        using Tensor plain = new DdpmSampler(new Exact(), Process).Sample(Request(3));
        halved.Equals(plain).Should().BeFalse();
        FluentActions.Invoking(() => new DdpmSampler(new Exact(), Process).Sample(Request(3) with { Hook = new WrongShape() }))
            .Should().Throw<ArgumentException>().WithMessage("x̂_0 of the hook must have the shape of x_t, [3, 2], but has [1]*");
    }

    [Fact]
    public void Labels_SeveralSamplesEach_ReachTheModelWhateverTheBatch()
    {
        foreach (int batch in new[] { 1, 4, 64 })
        {
            using Tensor samples = new DdpmSampler(new ByLabel(), Process)
                .Sample(Request(6) with { Labels = [2, 0], SamplesPerLabel = 3, BatchSize = batch });
            // The model's x̂_0 is the label.
            samples.select(1, 0).Values().ShouldBeClose([2, 2, 2, 0, 0, 0], 0, 1e-9, "labels");
        }

        FluentActions.Invoking(() => new DdpmSampler(new ByLabel(), Process).Sample(Request(6) with { Labels = [2, 0] }))
            .Should().Throw<ArgumentException>().WithMessage("Labels must be as many that 1 of each make Count = 6, but are 2*");
        FluentActions.Invoking(() => new DdpmSampler(new Exact(), Process).Sample(Request(1) with { Labels = [2] }))
            .Should().Throw<ArgumentException>().WithMessage("Labels must be null for Exact*");
    }

    [Fact]
    public void Guided_Scales_AreTheFormula()
    {
        using var scope = NewDisposeScope();
        var model = new Linear();
        Tensor xt = randn(3, 2, dtype: float64, generator: new Generator(3)), t = zeros(3, int64), labels = tensor(new long[] { 0, 1, 2 });
        Tensor with = model.Predict(xt, t, labels), without = model.Predict(xt, t, null);

        new GuidedModel(model, 1).Predict(xt, t, labels).Equals(with).Should().BeTrue();
        new GuidedModel(model, 0).Predict(xt, t, labels).sub(without).abs().max().item<double>().Should().BeLessThan(1e-12);
        new GuidedModel(model, 3).Predict(xt, t, labels).sub(without + 3 * (with - without)).abs().max().item<double>()
            .Should().BeLessThan(1e-12);
        new GuidedModel(model, 3).Predict(xt, t, null).Equals(without).Should().BeTrue();
        // φ = 1: each example has the standard deviation of the conditional prediction.
        new GuidedModel(model, 3, 1).Predict(xt, t, labels).std(1, unbiased: true).sub(with.std(1, unbiased: true)).abs().max()
            .item<double>().Should().BeLessThan(1e-12);
        // A learned variance is not guided.
        Tensor learned = new GuidedModel(new Linear { LearnsVariance = true }, 3).Predict(xt, t, labels);
        learned.shape.Should().Equal(3, 4);
        learned.narrow(1, 2, 2).sub(new Linear { LearnsVariance = true }.Predict(xt, t, labels).narrow(1, 2, 2)).abs().max().item<double>()
            .Should().BeLessThan(1e-12);
        FluentActions.Invoking(() => new GuidedModel(model, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("scale");
        FluentActions.Invoking(() => new GuidedModel(model, 2, 1.5)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("rescale");
    }

    [Fact]
    public void Inpaint_KnownPart_ComesOutExactlyAndTheRestFits()
    {
        using var scope = NewDisposeScope();
        // Two correlated numbers: given the first, the second is normal with mean 0.9 x and variance 0.19.
        using var data = GaussianMixtureData.Gaussian(zeros(2, float64), tensor(new[,] { { 1.0, 0.9 }, { 0.9, 1.0 } }));
        var model = new ExactModel(Schedule, data);
        Tensor x0 = full([4000, 2], 1.0, float64), known = tensor(new[] { true, false });
        using Tensor filled = new InpaintingSampler(model, Process, new InpaintingOptions { JumpLength = 5, Resamples = 8 })
            .Inpaint(x0, known, new PerSampleNoise(2));

        filled.select(1, 0).Equals(x0.select(1, 0)).Should().BeTrue();
        filled.select(1, 1).mean().item<double>().Should().BeApproximately(0.9, 0.12);
        filled.select(1, 1).std().item<double>().Should().BeApproximately(Math.Sqrt(0.19), 0.1);
        // Without going back the rest does not know of the known part as well.
        using Tensor once = new InpaintingSampler(model, Process, new InpaintingOptions { Resamples = 1 })
            .Inpaint(x0, known, new PerSampleNoise(2));
        once.select(1, 1).mean().item<double>().Should().BeLessThan(filled.select(1, 1).mean().item<double>());

        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        FluentActions.Invoking(() => new InpaintingSampler(model, Process).Inpaint(
            x0, known, new PerSampleNoise(2), cancellationToken: cancellation.Token)).Should().Throw<OperationCanceledException>();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        FluentActions.Invoking(() => new InpaintingSampler(model, Process).Inpaint(x0, zeros(3, @bool), new PerSampleNoise(2)))
            .Should().Throw<ArgumentException>().WithMessage("known must be broadcastable to the shape of x0, [4000, 2], but has [3]*");
        FluentActions.Invoking(() => new InpaintingSampler(model, Process).Inpaint(x0, zeros(2), new PerSampleNoise(2)))
            .Should().Throw<ArgumentException>().WithMessage("known must hold bool, but holds Float32*");
    }

    [Fact]
    public void StreamNoise_OneGenerator_ReproducesDiffusersFullLoop()
    {
        // diffusers' test of DDPMScheduler: x_T and the "network" in closed form, noise from torch's CPU stream with seed 0; sum 258.9606
        // and mean 0.3372 are its published numbers.
        using var scope = NewDisposeScope();
        Tensor start = arange(4 * 3 * 8 * 8, float32).reshape(3, 8, 8, 4).div(4 * 3 * 8 * 8).permute(3, 0, 1, 2).contiguous();
        ReverseDiffusion process = new(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        using var generator = new Generator(0, CPU);
        Tensor samples = new DdpmSampler(new Dummy(), process).SampleFrom(start, 999, new StreamNoise(generator));

        samples.abs().sum().item<float>().Should().BeApproximately(258.9606f, 1e-2f);
        samples.abs().mean().item<float>().Should().BeApproximately(0.3372f, 1e-3f);
    }

    [Fact]
    public void Sample_FourThreadsOnOneModel_GiveTheSingleThreadedResults()
    {
        var sampler = new DdpmSampler(new Exact(), Process);
        double[][] expected = [.. Enumerable.Range(0, 4).Select(i => Draw(i))];
        var actual = new double[4][];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() => actual[i] = Draw(i)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int i = 0; i < 4; i++) actual[i].Should().Equal(expected[i]);

        double[] Draw(int i)
        {
            using Tensor samples = sampler.Sample(Request(6) with { FirstSample = 10 * i });
            return samples.Values();
        }
    }

    [Fact]
    public void BadStart_IsNamed()
    {
        using Tensor x = zeros(3, 2), other = zeros(3, 3);
        var sampler = new DdpmSampler(new Exact(), Process);
        FluentActions.Invoking(() => sampler.SampleFrom(x, 40, new PerSampleNoise(1))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Start.Timestep must be a timestep 0 … 39, but is 40*");
        FluentActions.Invoking(() => sampler.Sample(Request(3) with { Start = new SamplingStart(other, 3) }))
            .Should().Throw<ArgumentException>().WithMessage("Start.Xt must have the shape [Count, SampleShape], [3, 2], but has [3, 3]*");
    }

    /// <summary>Exact for data N(0.2, 0.25).</summary>
    private sealed class Exact : IEpsilonModel
    {
        private readonly GaussianModel model = new(Process.Coefficients, 0.2, 0.5);

        public Tensor Predict(Tensor xt, Tensor t) => model.Predict(xt, t);
    }

    private sealed class Fixed(double value) : IStepHook
    {
        public List<int> Timesteps { get; } = [];

        public Tensor? ReplaceX0(SamplingStepInfo info, Tensor x0)
        {
            Timesteps.Add(info.Timestep);
            info.SampleIndices.Should().HaveCount((int)x0.size(0));
            return full_like(x0, value);
        }
    }

    private sealed class Halved : IStepHook
    {
        public Tensor? ReplacePrevious(SamplingStepInfo info, Tensor previous) => info.Timestep == 20 ? previous / 2 : null;
    }

    private sealed class WrongShape : IStepHook
    {
        public Tensor? ReplaceX0(SamplingStepInfo info, Tensor x0) => zeros(1);
    }

    private sealed class ByLabel : IConditionalEpsilonModel
    {
        public int ClassCount => 3;

        public Tensor Predict(Tensor xt, Tensor t) => throw new NotSupportedException();

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            using var scope = NewDisposeScope();
            return Process.Forward.Noise(labels!.to(xt.dtype).unsqueeze(1).expand_as(xt), xt, t).MoveToOuterDisposeScope();
        }
    }

    private sealed class Linear : IConditionalEpsilonModel
    {
        public int ClassCount => 3;

        public bool LearnsVariance { get; init; }

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            Tensor prediction = xt * (1.5 + (labels ?? full(xt.size(0), -1L, int64)).to(xt.dtype)).unsqueeze(1);
            return LearnsVariance ? cat([prediction, prediction.sin()], 1) : prediction;
        }
    }

    private sealed class Dummy : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t)
        {
            double time = t[0].item<long>();
            return xt * (time / (time + 1));
        }
    }
}
