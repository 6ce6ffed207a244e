using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Guidance;

/// <summary>Guidance in an interval of timesteps, and away from a weaker network.</summary>
public sealed class GuidedModelTests
{
    private static readonly GuidanceInterval Middle = new(200, 700);

    [Fact]
    public void Predict_TimestepsInsideAndOutsideOfTheInterval_GuidesTheFirstOnly()
    {
        using var scope = NewDisposeScope();
        var model = new Factor(1);
        Tensor xt = Draw(4), t = tensor(new long[] { 199, 200, 700, 701 }), labels = zeros(4, int64);
        Tensor with = model.Predict(xt, t, labels), without = model.Predict(xt, t, null), guided = without + 3 * (with - without);

        Tensor actual = new GuidedModel(model, 3, interval: Middle).Predict(xt, t, labels);

        Tensor expected = cat([with[..1], guided[1..3], with[3..]]);
        actual.sub(expected).abs().max().item<double>().Should().BeLessThan(1e-12);
        actual.sub(guided).abs().max().item<double>().Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void Sample_Interval_AsksTwiceInsideAndOnceOutside()
    {
        var model = new Factor(0.1);
        var process = new ReverseDiffusion(new LinearSchedule()).Respace(10);
        using Tensor samples = new DdimSampler(new GuidedModel(model, 2, interval: Middle), process)
            .Sample(Request(3) with { Labels = [0, 0, 0] });
        int[] inside = [.. Enumerable.Range(0, 10).Select(process.Coefficients.Schedule.ModelTimestep).Where(t => t is >= 200 and <= 700)];
        inside.Should().NotBeEmpty().And.HaveCountLessThan(10);
        model.Rows.Should().Be(3 * (10 + inside.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Predict_Autoguided_IsTheFormulaAndKeepsTheBetterVariance(bool learned)
    {
        using var scope = NewDisposeScope();
        Factor model = new(2) { LearnsVariance = learned }, weak = new(1);
        Tensor xt = Draw(3), t = tensor(new long[] { 100, 300, 999 }), better = model.Predict(xt, t);
        Tensor mean = better.narrow(1, 0, 2), worse = weak.Predict(xt, t), guided = worse + 2.5 * (mean - worse);

        Tensor actual = new AutoguidedModel(model, weak, 2.5).Predict(xt, t);

        Tensor expected = learned ? cat([guided, better.narrow(1, 2, 2)], 1) : guided;
        actual.sub(expected).abs().max().item<double>().Should().BeLessThan(1e-12);
        new AutoguidedModel(model, weak, 1).Predict(xt, t).Equals(better).Should().BeTrue();
        new AutoguidedModel(model, weak, 2.5, interval: Middle).Predict(xt, t).narrow(1, 0, 2)
            .sub(cat([mean[..1], guided[1..2], mean[2..]])).abs().max().item<double>().Should().BeLessThan(1e-12);
        new AutoguidedModel(model, weak, 2.5, rescale: 1).Predict(xt, t).narrow(1, 0, 2).std(1, unbiased: true)
            .sub(mean.std(1, unbiased: true)).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Predict_AutoguidedWithClasses_GivesThemToBoth()
    {
        using var scope = NewDisposeScope();
        Factor model = new(2), weak = new(1);
        Tensor xt = Draw(3), t = full(3, 300L, int64), labels = tensor(new long[] { 2, 0, -1 });
        Tensor better = model.Predict(xt, t, labels), worse = weak.Predict(xt, t, labels);
        new AutoguidedModel(model, weak, 2).Predict(xt, t, labels).sub(worse + 2 * (better - worse)).abs().max().item<double>()
            .Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Sample_AutoguidedGaussian_IsClosedForm()
    {
        // Exact models of N(0, 1) and of the wider N(0, 4). Guided with w in ε, which is linear in x_t for both, so that DDIM is a product.
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Clipping = X0Clipping.None }).Respace(20);
        using var narrow = GaussianMixtureData.Gaussian(zeros(1, float64), ones([1, 1], float64));
        using var wide = GaussianMixtureData.Gaussian(zeros(1, float64), full([1, 1], 4.0, float64));
        var schedule = new LinearSchedule();
        var guided = new AutoguidedModel(new ExactModel(schedule, narrow), new ExactModel(schedule, wide), 2);

        using Tensor samples = new DdimSampler(guided, process).Sample(
            new SamplingRequest { Count = 5, SampleShape = [1], Noise = new PerSampleNoise(3), ElementType = float64 });

        DiffusionCoefficients c = process.Coefficients;
        double product = 1;
        for (int step = c.Timesteps - 1; step >= 0; step--)
        {
            double signal = c.AlphaBars[step], noise = 1 - signal, before = c.AlphaBarsPrevious[step];
            double Eps(double variance) => Math.Sqrt(noise) / (variance * signal + noise);
            double eps = Eps(4) + 2 * (Eps(1) - Eps(4)), x0 = (1 - Math.Sqrt(noise) * eps) / Math.Sqrt(signal);
            product *= Math.Sqrt(before) * x0 + Math.Sqrt(1 - before) * eps;
        }

        using Tensor start = new PerSampleNoise(3).Draw(NoiseRequest.For(samples, 0, 0));
        samples.sub(start * product).abs().max().item<double>().Should().BeLessThan(1e-6 * product);
        product.Should().BeLessThan(0.9, "guidance away from the wider distribution narrows this one");
    }

    [Fact]
    public void Sample_Guided_LeavesNoTensor()
    {
        Factor model = new(2), weak = new(1);
        var process = new ReverseDiffusion(new LinearSchedule()).Respace(5);
        foreach (IEpsilonModel guided in (IEpsilonModel[])
            [new AutoguidedModel(model, weak, 2, 0.5, Middle), new GuidedModel(model, 2, 0.5, interval: Middle)])
        {
            Run(guided);
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Run(guided);
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        }

        void Run(IEpsilonModel network) => new DdimSampler(network, process).Sample(Request(2) with { Labels = [0, 1] }).Dispose();
    }

    [Fact]
    public void Create_NetworksThatDoNotGoTogether_NamesTheDifference()
    {
        FluentActions.Invoking(() => new AutoguidedModel(new Factor(1), new Plain(), 2)).Should().Throw<ArgumentException>()
            .WithMessage("weak must know as many classes as model, 3, but knows 0.*").WithParameterName("weak");
        FluentActions.Invoking(() => new AutoguidedModel(new Plain(), new Plain(), -2)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("scale");
        FluentActions.Invoking(() => new AutoguidedModel(new Plain(), new Factor(1) { Known = 0, Low = true }, 2)).Should()
            .Throw<ArgumentException>().WithMessage("weak must know the conditions of model, none, but knows \"low\".*");
        using Tensor xt = Draw(1), t = zeros(1, int64), labels = zeros(1, int64);
        FluentActions.Invoking(() => new AutoguidedModel(new Plain(), new Plain(), 2).Predict(xt, t, labels)).Should()
            .Throw<ArgumentException>().WithMessage("conditions must be empty, for Plain knows none.*");
    }

    private static Tensor Draw(long rows)
    {
        using var generator = new Generator(3);
        return randn(rows, 2, dtype: float64, generator: generator);
    }

    private static SamplingRequest Request(int count) =>
        new() { Count = count, SampleShape = [2], Noise = new PerSampleNoise(1), ElementType = float64 };

    // Predicts a multiple of x_t that depends on the class.
    private sealed class Factor(double factor) : IConditionalEpsilonModel
    {
        public int Known { get; init; } = 3;

        public bool Low { get; init; }

        public bool LearnsVariance { get; init; }

        public long Rows { get; private set; }

        public int ClassCount => Known;

        public IReadOnlyList<NetworkCondition> Conditions => Low ? [NetworkCondition.Spatial("low", 1)] : [];

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            using var scope = NewDisposeScope();
            Rows += xt.size(0);
            Tensor prediction = xt * (factor + 0.1 * (labels ?? full(xt.size(0), -1L, int64)).to(xt.dtype)).unsqueeze(1);
            prediction += prediction.pow(2) * (0.1 * factor);
            return (LearnsVariance ? cat([prediction, prediction.sin()], 1) : prediction).MoveToOuterDisposeScope();
        }
    }

    private sealed class Plain : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => xt.clone();
    }
}
