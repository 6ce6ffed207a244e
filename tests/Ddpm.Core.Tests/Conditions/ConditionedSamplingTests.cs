using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Conditions;

/// <summary>Samplers, guidance and bounds of networks that are given tensors beside x_t.</summary>
public sealed class ConditionedSamplingTests
{
    private const double Correlation = 0.8;

    // A joint normal of unit variances: x given its partner c is N(ρ c, 1 - ρ²).
    private static readonly double Deviation = Math.Sqrt(1 - Correlation * Correlation);

    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(400, 1e-4, 0.04), new ReverseDiffusionOptions { Clipping = X0Clipping.None });

    public static TheoryData<string> Samplers => ["ddpm", "ddim", "dpm-solver++", "ipndm", "unipc"];

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_GaussianGivenItsPartner_HasTheConditionalMeanAndVariance(string sampler)
    {
        using Tensor known = tensor(new[] { -1.5, 0.25, 1, 2.5, 0, -0.5 }, float64).reshape(3, 2);
        SamplingRequest request = Request(known) with { SamplesPerLabel = 4000, BatchSize = 5000 };
        using Tensor samples = SamplerOf(sampler, Model()).Sample(request);
        samples.shape.Should().Equal(12_000, 2);
        using var scope = NewDisposeScope();
        Tensor each = samples.reshape(3, 4000, 2);
        // Five standard errors, and half a percent for the error of 400 steps.
        ((each.mean([1]) - known * Correlation).abs().max().item<double>()).Should().BeLessThan(5 * Deviation / Math.Sqrt(4000) + 5e-3);
        ((each.std(1, unbiased: true) / Deviation - 1).abs().max().item<double>()).Should().BeLessThan(5 / Math.Sqrt(8000) + 5e-3);
    }

    [Fact]
    public void Sample_RowsOfConditions_BelongToTheirSamplesInEveryBatch()
    {
        using Tensor known = arange(10, float64).reshape(5, 2);
        DdimSampler sampler = new(Model(), Process.Respace(10));
        SamplingRequest request = Request(known) with { SamplesPerLabel = 2 };
        request.Count.Should().Be(10);
        using Tensor whole = sampler.Sample(request), parts = sampler.Sample(request with { BatchSize = 3 });
        using Tensor rest = sampler.Sample(request with { Skip = new HashSet<long> { 0, 1, 2, 5, 6, 7, 8, 9 } });
        whole.sub(parts).abs().max().item<double>().Should().BeLessThan(1e-12);
        whole.narrow(0, 3, 2).sub(rest).abs().max().item<double>().Should().BeLessThan(1e-12, "samples 3 and 4 are of rows 1 and 2");
    }

    [Fact]
    public void Sample_Ends_LeavesNoTensorBehind()
    {
        using Tensor known = zeros(4, 2, dtype: float64);
        DdimSampler sampler = new(Model(), Process.Respace(5));
        long Live()
        {
            using (sampler.Sample(Request(known) with { BatchSize = 3 })) return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        Live().Should().Be(Live());
        using var cancelled = new CancellationTokenSource();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var stop = new Progress(cancelled);
        sampler.Invoking(s => s.Sample(Request(known), stop, cancelled.Token)).Should().Throw<OperationCanceledException>();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Sample_ConditionsThatDoNotFit_AreNamed()
    {
        using Tensor known = zeros(3, 2, dtype: float64), wide = zeros(3, 5, dtype: float64), whole = zeros(3, 2, dtype: int64);
        DdimSampler sampler = new(Model(), Process.Respace(5));
        void Refused(SamplingRequest request, string message) =>
            sampler.Invoking(s => s.Sample(request)).Should().Throw<ArgumentException>().WithMessage(message);

        Refused(Request(known) with { Conditions = null, Count = 3 },
            "Conditions must have \"known\", a tensor of [3, 2], for LinearGaussianModel; zeros stand for a condition that is absent.*");
        Refused(Request(known) with { Conditions = new Dictionary<string, Tensor> { ["knwon"] = known } },
            "Conditions must be conditions that LinearGaussianModel knows, but has \"knwon\"; LinearGaussianModel knows known.*");
        Refused(Request(wide), "Conditions[\"known\"] must hold floating-point numbers of [3, 2], but is Float64 [3, 5].*");
        Refused(Request(whole), "Conditions[\"known\"] must hold floating-point numbers of [3, 2], but is Int64 [3, 2].*");
        Refused(Request(known) with { Count = 4 }, "Conditions must be as many that 1 of each make Count = 4, but are 3.*");
        new DdimSampler(new GaussianLike(), Process.Respace(5)).Invoking(s => s.Sample(Request(known)))
            .Should().Throw<ArgumentException>().WithMessage("Conditions must be conditions that GaussianLike knows, but has \"known\"*");
        Process.Invoking(p => p.Score(Model(), known, 3)).Should().Throw<ArgumentException>()
            .WithMessage("model must be given its conditions, such as \"known\": wrap LinearGaussianModel in a ConditionedModel.*");
    }

    [Fact]
    public void ConditionedModel_OfARowOrABatch_IsTheNetworkUnderThem()
    {
        using var scope = NewDisposeScope();
        LinearGaussianModel model = Model();
        Tensor xt = randn(3, 2, dtype: float64, generator: new Generator(1)), t = full(3, 7L, int64);
        Tensor known = randn(3, 2, dtype: float64, generator: new Generator(2));
        BatchConditions batch = new(tensors: new Dictionary<string, Tensor> { ["known"] = known });
        BatchConditions row = new(tensors: new Dictionary<string, Tensor> { ["known"] = known.narrow(0, 1, 1) });

        new ConditionedModel(model, batch).Predict(xt, t).Equals(model.Predict(xt, t, batch)).Should().BeTrue();
        new ConditionedModel(model, row).Predict(xt, t)[1].Equals(model.Predict(xt, t, batch)[1]).Should().BeTrue();
        // The score of the noisy conditional normal, in closed form.
        double alphaBar = Process.Coefficients.AlphaBars[7];
        Tensor expected = -(xt - Math.Sqrt(alphaBar) * Correlation * known) / (alphaBar * Deviation * Deviation + 1 - alphaBar);
        Process.Score(new ConditionedModel(model, batch), xt, 7).sub(expected).abs().max().item<double>().Should().BeLessThan(1e-10);

        FluentActions.Invoking(() => new ConditionedModel(model, batch).Predict(xt.narrow(0, 0, 2), t.narrow(0, 0, 2)))
            .Should().Throw<ArgumentException>().WithMessage("xt must have 3 examples, as the conditions have, but has 2.*");
        FluentActions.Invoking(() => new ConditionedModel(model, default))
            .Should().Throw<ArgumentException>().WithMessage("conditions must hold labels or a tensor with a batch axis, but *");
    }

    [Fact]
    public void ConditionedModel_UnderTheBound_IsTheNegativeLogLikelihoodOfTheConditionalNormal()
    {
        using var scope = NewDisposeScope();
        Tensor known = randn(200, 2, dtype: float64, generator: new Generator(5));
        Tensor x0 = known * Correlation + randn(200, 2, dtype: float64, generator: new Generator(6)) * Deviation;
        var model = new ConditionedModel(Model(), new BatchConditions(tensors: new Dictionary<string, Tensor> { ["known"] = known }));
        Tensor density = new FlowLikelihood(model, Process, Divergence.Exact).LogDensity(x0, new PerSampleNoise(1))[0];
        Tensor expected = (-0.5 * (x0 - known * Correlation).square() / (Deviation * Deviation)
            - 0.5 * Math.Log(2 * Math.PI * Deviation * Deviation)).sum(1);
        (density - expected).mean().abs().item<double>().Should().BeLessThan(2e-2);
    }

    [Fact]
    public void Guided_Tensors_AreStrengthenedAgainstZerosUnlessKept()
    {
        using var scope = NewDisposeScope();
        LinearGaussianModel model = Model();
        Tensor xt = randn(3, 2, dtype: float64, generator: new Generator(1)), t = full(3, 7L, int64);
        Tensor known = randn(3, 2, dtype: float64, generator: new Generator(2));
        BatchConditions given = Given(known);
        Tensor with = model.Predict(xt, t, given), without = model.Predict(xt, t, Given(zeros_like(known)));

        new GuidedModel(model, 3).Predict(xt, t, given).sub(without + 3 * (with - without)).abs().max().item<double>()
            .Should().BeLessThan(1e-12);
        new GuidedModel(model, 3, kept: ["known"]).Predict(xt, t, given).sub(with).abs().max().item<double>().Should().BeLessThan(1e-12);
        using Tensor samples = new DdimSampler(new GuidedModel(model, 2), Process.Respace(50)).Sample(
            Request(full(1, 2, 1.0, float64)) with { SamplesPerLabel = 500 });
        samples.mean().item<double>().Should().BeGreaterThan(1.3 * Correlation, "guidance goes beyond the condition");
        FluentActions.Invoking(() => new GuidedModel(model, 2, kept: ["low"])).Should().Throw<ArgumentException>()
            .WithMessage("kept must be names of the network's conditions, but has \"low\".*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("low res")]
    [InlineData("a.b")]
    [InlineData("größe")]
    public void NetworkCondition_NameThatNoFileCanHold_IsRefused(string name) =>
        FluentActions.Invoking(() => NetworkCondition.Spatial(name, 1)).Should().Throw<ArgumentException>()
            .WithMessage($"name must be a letter followed by at most 63 letters, digits or underscores, but is \"{name}\".*");

    private static BatchConditions Given(Tensor known) => new(tensors: new Dictionary<string, Tensor> { ["known"] = known });

    private static LinearGaussianModel Model() => new(Process.Coefficients, Correlation, Deviation);

    private static DiffusionSampler SamplerOf(string name, IConditionalEpsilonModel model) => name switch
    {
        "ddpm" => new DdpmSampler(model, Process),
        "ddim" => new DdimSampler(model, Process),
        "ipndm" => new PndmSampler(model, Process),
        "unipc" => new UniPcSampler(model, Process),
        _ => new DpmSolverSampler(model, Process),
    };

    private static SamplingRequest Request(Tensor known) => new()
    {
        SampleShape = [2],
        Noise = new PerSampleNoise(3),
        ElementType = float64,
        Conditions = new Dictionary<string, Tensor> { ["known"] = known },
    };

    private sealed class GaussianLike : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => xt.clone();
    }

    private sealed class Progress(CancellationTokenSource source) : IProgress<SamplingProgress>
    {
        public void Report(SamplingProgress value) => source.Cancel();
    }
}
