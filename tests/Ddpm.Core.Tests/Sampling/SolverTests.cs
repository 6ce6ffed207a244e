using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>Deterministic samplers on exact models: the order at which they come near the ODE's solution, and the way back.</summary>
public sealed class SolverTests
{
    private const double Mean = 0.4, Variance = 0.3;

    [Theory]
    [InlineData("ddim", 1)]
    [InlineData("dpm-solver", 2)]
    [InlineData("ipndm", 4)]
    [InlineData("unipc 1", 2)]
    [InlineData("unipc", 3)]
    [InlineData("unipc 3", 4)]
    public void SampleFrom_MoreSteps_ConvergesAtItsOrder(string name, double order)
    {
        // For normal data the probability-flow ODE is solved in closed form: (x - √ᾱ m)/√(ᾱ v + 1-ᾱ) does not change. A smooth schedule of
        // very many timesteps, of which
        // 8 to 64 are taken evenly in the solver's own variable, down to a level where noise is left: the last step, to none, is of first
        // order for all.
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = LinearSchedule.Scaled(20_000);
        DiffusionCoefficients c = new(schedule);
        var model = new ExactModel(schedule, data);
        Tensor xt = tensor(new[] { 1.7, -0.9, 0.3 }).unsqueeze(1);
        const int First = 300, Last = 12_000;
        Func<int, double> variable = name == "ipndm" ? t => Math.Sqrt(1 / c.AlphaBars[t] - 1) : t =>
            0.5 * Math.Log(c.AlphaBars[t] / (1 - c.AlphaBars[t]));
        double[] errors = [.. new[] { 8, 16, 32, 64 }.Select(steps =>
        {
            int[] retained = [.. Enumerable.Range(0, steps + 1)
                .Select(i => Nearest(variable, variable(First) + (variable(Last) - variable(First)) * i / steps, First, Last))];
            ReverseDiffusion process = new(new RespacedSchedule(schedule, retained),
                new ReverseDiffusionOptions { Clipping = X0Clipping.None });
            DiffusionSampler sampler = Make(name, model, process);
            // The state before the last step is at the noise of the first retained timestep.
            SamplingRequest request = new()
            {
                Count = 3,
                SampleShape = [1],
                Noise = new PerSampleNoise(0),
                ElementType = float64,
                Start = new SamplingStart(xt, steps),
            };
            double error = 0;
            foreach (SamplingState state in sampler.Steps(request))
            {
                if (state.Timestep != 1) continue;
                double from = c.AlphaBars[Last], to = c.AlphaBars[retained[0]];
                Tensor exact = Math.Sqrt(to) * Mean + (xt - Math.Sqrt(from) * Mean) * Math.Sqrt(
                    (to * Variance + 1 - to) / (from * Variance + 1 - from));
                error = (state.X - exact).abs().max().item<double>();
            }

            return error;
        })];

        double slope = Math.Log2(errors[0] / errors[^1]) / 3;
        // Starting with lower orders costs a fourth order one at the first steps.
        slope.Should().BeInRange(order - (order > 3 ? 1.3 : 0.25), order + 0.6, "errors {0}",
            string.Join(", ", errors.Select(error => error.ToString("E2", System.Globalization.CultureInfo.InvariantCulture))));
        errors.Should().BeInDescendingOrder();
    }

    [Fact]
    public void Sample_TwentySteps_HigherOrdersComeNearerToTheDatasVariance()
    {
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = new LinearSchedule();
        ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Karras(schedule, 20)),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        double Error(string name)
        {
            using Tensor samples = Make(name, new ExactModel(schedule, data), process).Sample(new SamplingRequest
            {
                Count = 20_000,
                SampleShape = [1],
                Noise = new PerSampleNoise(3),
                ElementType = float64,
                BatchSize = 20_000,
            });
            samples.mean().item<double>().Should().BeApproximately(Mean, 0.02);
            return Math.Abs(samples.var().item<double>() / Variance - 1);
        }

        double first = Error("ddim"), second = Error("dpm-solver"), fourth = Error("ipndm");
        first.Should().BeLessThan(0.35);
        second.Should().BeLessThan(0.4 * first);
        // The sampling error alone is 1 %.
        fourth.Should().BeLessThan(0.2 * first).And.BeLessThan(0.05);
    }

    [Fact]
    public void Invert_ThenDdim_ReturnsTheExampleToFirstOrder()
    {
        using var scope = NewDisposeScope();
        using var data = new GaussianMixtureData(
            tensor(new[] { 0.4, 0.6 }), tensor(new[,] { { -0.8 }, { 0.6 } }), tensor(new[] { 0.05, 0.1 }).reshape(2, 1, 1));
        IVarianceSchedule schedule = new LinearSchedule();
        var model = new ExactModel(schedule, data);
        Tensor x0 = tensor(new[] { -0.9, 0.2, 0.7 }).unsqueeze(1);
        double Error(int steps)
        {
            ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Linspace(1000, steps)),
                new ReverseDiffusionOptions { Clipping = X0Clipping.None });
            using Tensor noise = new DdimInversion(model, process).Invert(x0);
            using Tensor back = new DdimSampler(model, process).SampleFrom(noise, steps - 1, new PerSampleNoise(0));
            return (back - x0).abs().max().item<double>();
        }

        double coarse = Error(50), middle = Error(200), fine = Error(800);
        fine.Should().BeLessThan(0.03);
        Math.Log(coarse / middle, 4).Should().BeApproximately(1, 0.4);
        Math.Log(middle / fine, 4).Should().BeApproximately(1, 0.4);
    }

    [Fact]
    public void Ddim_NetworkWithAnErrorAndClipping_ConvergesWhereItsNoiseIsDerivedAnew()
    {
        // A network whose ε is off by 0.03 everywhere, and x̂_0 clipped where that is much of it: near T.
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = new LinearSchedule();
        var model = new Off(new ExactModel(schedule, data), 0.03);
        double MeanOf(int steps, bool rederive)
        {
            ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Trailing(1000, steps)),
                new ReverseDiffusionOptions { Clipping = X0Clipping.Static(2) });
            using Tensor samples = new DdimSampler(model, process, new DdimOptions { RederiveNoise = rederive }).Sample(new SamplingRequest
            {
                Count = 500,
                SampleShape = [1],
                Noise = new PerSampleNoise(3),
                ElementType = float64,
                BatchSize = 500,
            });
            return samples.mean().item<double>();
        }

        Math.Abs(MeanOf(500, true) - MeanOf(50, true)).Should().BeLessThan(0.02);
        Math.Abs(MeanOf(500, false) - MeanOf(50, false)).Should().BeGreaterThan(0.1, "kept noise gathers the error of every step");
        new DdimOptions().RederiveNoise.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DdimAtEtaOne_OfARespacedProcess_IsAncestralSamplingWithTheSmallVariance(bool clipped)
    {
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = new LinearSchedule();
        ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Trailing(1000, 13)), new ReverseDiffusionOptions
        {
            Clipping = clipped ? X0Clipping.Static(0.5) : X0Clipping.None,
            Variance = ReverseVariance.FixedSmall,
        });
        var model = new ExactModel(schedule, data);
        SamplingRequest request = new() { Count = 50, SampleShape = [1], Noise = new PerSampleNoise(9), ElementType = float64 };
        using Tensor ancestral = new DdpmSampler(model, process).Sample(request),
            ddim = new DdimSampler(model, process, new DdimOptions { Eta = 1 }).Sample(request);
        ancestral.sub(ddim).abs().max().item<double>().Should().BeLessThan(1e-10);
    }

    [Theory]
    [InlineData("ddim")]
    [InlineData("dpm-solver")]
    public void Sample_ZeroTerminalSnr_IsDefined(string name)
    {
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = new ZeroTerminalSnrSchedule(new LinearSchedule());
        ReverseDiffusion process = new(new RespacedSchedule(schedule, TimestepSpacing.Trailing(1000, 25)),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None, Prediction = Prediction.V });
        using Tensor samples = Make(name, new ExactModel(schedule, data, Prediction.V), process).Sample(new SamplingRequest
        {
            Count = 5000,
            SampleShape = [1],
            Noise = new PerSampleNoise(3),
            ElementType = float64,
            BatchSize = 5000,
        });
        samples.mean().item<double>().Should().BeApproximately(Mean, 0.03);
        samples.var().item<double>().Should().BeApproximately(Variance, (name == "ddim" ? 0.25 : 0.1) * Variance, "25 steps");
        FluentActions.Invoking(() => new PndmSampler(new ExactModel(schedule, data, Prediction.V), process))
            .Should().Throw<ArgumentException>().WithMessage("process must leave some signal at t = 24*");
        FluentActions.Invoking(() => TimestepSpacing.Karras(schedule, 10)).Should().Throw<ArgumentException>()
            .WithMessage("schedule must leave some signal at t = 999*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(300)]
    public void Karras_CosineSchedule_EndsWhereNoiseIsTwoHundredTimesTheSignal(int count)
    {
        var cosine = new CosineSchedule(1000);
        DiffusionCoefficients all = new(cosine);
        var schedule = (RespacedSchedule)KnownSpacings.Karras.Respace(cosine, count);
        int last = schedule.Retained[^1];
        Noise(last).Should().BeInRange(150, 250, "the timesteps at that end are far apart");
        Noise(last - 1).Should().BeLessThan(200);
        Noise(last + 1).Should().BeGreaterThan(200);
        TimestepSpacing.Karras(cosine, count)[^1].Should().Be(999, "without a limit it is the last one");

        double Noise(int t) => Math.Sqrt((1 - all.AlphaBars[t]) / all.AlphaBars[t]);
    }

    [Fact]
    public void Karras_LimitLeavesTooFew_TakesTheNextOnesToo()
    {
        var cosine = new CosineSchedule(1000);
        TimestepSpacing.Karras(cosine, 999, largestNoise: 200).Should().HaveCount(999).And.BeInAscendingOrder();
        TimestepSpacing.Karras(cosine, 1000, largestNoise: 1e-9).Should().Equal(Enumerable.Range(0, 1000));
        FluentActions.Invoking(() => TimestepSpacing.Karras(cosine, 10, largestNoise: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("largestNoise must be above 0, but is 0.*");
        FluentActions.Invoking(() => TimestepSpacing.Karras(cosine, 10, largestNoise: double.NaN)).Should()
            .Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(1000)]
    public void Karras_AnyCount_AscendsFromFirstToLast(int count)
    {
        IReadOnlyList<int> retained = TimestepSpacing.Karras(new LinearSchedule(), count);
        TimestepSpacing.Explicit(1000, retained).Should().HaveCount(count);
        retained[^1].Should().Be(999);
        if (count > 1) retained[0].Should().Be(0);
    }

    [Theory]
    [InlineData("ddim")]
    [InlineData("dpm-solver")]
    [InlineData("ipndm")]
    [InlineData("unipc")]
    public void Steps_ManyAndLeftEarly_HoldTensorsFlat(string name)
    {
        using var scope = NewDisposeScope();
        using var data = Normal();
        IVarianceSchedule schedule = new LinearSchedule(100);
        ReverseDiffusion process = new(schedule);
        DiffusionSampler sampler = Make(name, new ExactModel(schedule, data), process);
        SamplingRequest request = new() { Count = 4, SampleShape = [1], Noise = new PerSampleNoise(3) };
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount, during = -1;
        foreach (SamplingState state in sampler.Steps(request))
        {
            if (state.Step == 10) during = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            if (state.Step > 10) DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(during, "step {0}", state.Step);
            if (state.Step == 90) break;
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        sampler.Sample(request).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static DiffusionSampler Make(string name, IEpsilonModel model, ReverseDiffusion process) => name switch
    {
        "ddim" => new DdimSampler(model, process),
        "dpm-solver" => new DpmSolverSampler(model, process),
        "ipndm" => new PndmSampler(model, process),
        "unipc" => new UniPcSampler(model, process),
        "unipc 1" => new UniPcSampler(model, process, 1),
        "unipc 3" => new UniPcSampler(model, process, 3),
        _ => throw new InvalidDataException(name),
    };

    private static GaussianMixtureData Normal()
    {
        using Tensor mean = tensor(new[] { Mean }), covariance = tensor(new[,] { { Variance } });
        return GaussianMixtureData.Gaussian(mean, covariance);
    }

    private static int Nearest(Func<int, double> variable, double target, int first, int last)
    {
        // The variable is monotone.
        bool rising = variable(last) > variable(first);
        int low = first, high = last;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (variable(middle) < target == rising) low = middle;
            else high = middle;
        }

        return Math.Abs(variable(low) - target) < Math.Abs(variable(high) - target) ? low : high;
    }

    private sealed class Off(IEpsilonModel model, double error) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor timesteps)
        {
            using Tensor exact = model.Predict(xt, timesteps);
            return exact + error;
        }
    }
}
