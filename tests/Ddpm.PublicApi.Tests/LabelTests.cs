using Ddpm.Core;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Labels and the count of a request, and labels, progress and cancellation of every way to sample.</summary>
public sealed class LabelTests
{
    private const int Timesteps = 12;
    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(Timesteps, 1e-3, 0.5),
        new ReverseDiffusionOptions { Prediction = Prediction.X0, Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });
    private static readonly LabelEcho Echo = new(3);
    private static readonly DdimSampler Sampler = new(Echo, Process);

    public static TheoryData<string> Ways => ["sample from", "reconstruct", "strength", "interpolate", "inpaint", "invert"];

    private static SamplingRequest Request => new() { SampleShape = [2], Noise = new PerSampleNoise(1) };

    [Fact]
    public void Count_WithLabels_IsTheirs()
    {
        Request.Count.Should().Be(1);
        (Request with { Labels = [2, 0, -1] }).Count.Should().Be(3);
        (Request with { SamplesPerLabel = 4, Labels = [2, 0] }).Count.Should().Be(8);
        using Tensor samples = Sampler.Sample(Request with { Labels = [2, 0], SamplesPerLabel = 2 });
        samples.Numbers().Should().Equal(2, 2, 2, 2, 0, 0, 0, 0);
        using Tensor same = Sampler.Sample(Request with { Count = 4, Labels = [2, 0], SamplesPerLabel = 2 });
        same.Equals(samples).Should().BeTrue();
    }

    [Fact]
    public void BadLabels_AreNamed()
    {
        Refusal(Request with { Count = 5, Labels = [2, 0] }).Should().StartWith(
            "Labels must be as many that 1 of each make Count = 5, but are 2");
        Refusal(Request with { Labels = [] }).Should().StartWith("Labels must be null or at least one, but are none");
        Refusal(Request with { Labels = [3] }).Should().StartWith("Labels must be 0 … 2, -1 for none, but one is 3");
        Refusal(Request with { Labels = [-2] }).Should().StartWith("Labels must be 0 … 2, -1 for none, but one is -2");
        Refusal(Request with { Labels = [1], SamplesPerLabel = 0 }).Should().StartWith("SamplesPerLabel must be at least 1, but is 0");
        var without = new DdimSampler(new LabelEcho(3, nullLabel: false), Process);
        Refusal(Request, without).Should().StartWith("Labels must be given, for LabelEcho takes no null label");
        Refusal(Request with { Labels = [-1] }, without).Should().StartWith("Labels must be 0 … 2, but one is -1");
        Refusal(Request with { Labels = [0] }, new DdimSampler(new LabelEcho(0), Process)).Should()
            .StartWith("Labels must be null, for LabelEcho knows no classes");
    }

    [Fact]
    public void GuidedModel_WithoutLabels_IsRefused()
    {
        const string refusal = "Labels must be given for GuidedModel: guidance strengthens a class*";
        var guided = new GuidedModel(Echo, 2);
        using Tensor x = zeros(2, 2), known = ones(2, ScalarType.Bool);
        var noise = new PerSampleNoise(1);
        var sampler = new DdpmSampler(guided, Process);
        Action[] all =
        [
            () => sampler.Sample(Request),
            () => sampler.Reconstruct(x, 3, noise),
            () => sampler.Interpolate(x, x, [0.5], 3, noise),
            () => new InpaintingSampler(guided, Process).Inpaint(x, known, noise),
            () => new DdimInversion(guided, Process).Invert(x),
        ];
        foreach (Action each in all) each.Should().Throw<ArgumentException>().WithMessage(refusal.Replace("Labels", "?abels"));
        // A wrapper that knows no labels hides the guidance from the sampler.
        new DdpmSampler(new RescaledTimeModel(guided, 1000), Process).Invoking(s => s.Sample(Request)).Should()
            .Throw<InvalidOperationException>().WithMessage(refusal);
        using Tensor samples = sampler.Sample(Request with { Labels = [1] });
        // ε is not guided for x_0: -1 + 2 (1 + 1) = 3.
        samples.Numbers().Should().Equal(3, 3);
        FluentActions.Invoking(() => new GuidedModel(new LabelEcho(3, nullLabel: false), 2)).Should().Throw<ArgumentException>()
            .WithMessage("model must take a null label*LabelEcho takes none*");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Labels_EveryWay_ReachTheModel(string way)
    {
        var reports = new List<SamplingProgress>();
        using Tensor x = ones(2, 2), labelled = Run(way, x, [2, 0], new Relay<SamplingProgress>(reports.Add));

        if (way != "invert") labelled.narrow(-2, 0, 1).Numbers().Distinct().Should().Equal(2);
        if (way != "invert") labelled.narrow(-2, 1, 1).Numbers().Distinct().Should().Equal(0);
        using Tensor plain = Run(way, x, null, null);
        plain.Equals(labelled).Should().BeFalse();
        reports.Select(report => report.StepsDone).Should().Equal(Enumerable.Range(1, reports.Count).Select(step => (long)step));
        reports[^1].StepsTotal.Should().Be(reports.Count);
        reports[^1].SamplesDone.Should().Be(reports[^1].SamplesTotal).And.Be(way == "interpolate" ? 6 : 2);
        reports.Select(report => report.Elapsed).Should().BeInAscendingOrder();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void BadLabels_EveryWay_AreRefusedAndCancellationStops(string way)
    {
        using Tensor x = ones(2, 2);
        FluentActions.Invoking(() => Run(way, x, [2], null)).Should().Throw<ArgumentException>()
            .WithMessage("labels must be 2, one for each example, but are 1*");
        FluentActions.Invoking(() => Run(way, x, [2, 3], null)).Should().Throw<ArgumentException>()
            .WithMessage("labels must be 0 … 2, -1 for none, but one is 3*");
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        FluentActions.Invoking(() => Run(way, x, [2, 0], null, cancellation.Token)).Should().Throw<OperationCanceledException>();
    }

    [Theory]
    [InlineData(1.0, 11)]
    [InlineData(0.5, 5)]
    [InlineData(0.6, 6)]
    [InlineData(1e-9, 0)]
    public void Reconstruct_Strength_IsTheTimestepOfItsShare(double strength, int timestep)
    {
        using Tensor x = randn(3, 2);
        var sampler = new DdpmSampler(Echo, Process);
        using Tensor byStrength = sampler.Reconstruct(x, strength, new PerSampleNoise(4));
        using Tensor byTimestep = sampler.Reconstruct(x, timestep, new PerSampleNoise(4));
        byStrength.Equals(byTimestep).Should().BeTrue();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.5)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Reconstruct_StrengthOutOfRange_IsRefused(double strength)
    {
        using Tensor x = randn(3, 2);
        FluentActions.Invoking(() => Sampler.Reconstruct(x, strength, new PerSampleNoise(4))).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage("strength must be greater than 0 and at most 1, but is *");
    }

    private static Tensor Run(
        string way, Tensor x, long[]? labels, IProgress<SamplingProgress>? progress, CancellationToken stop = default)
    {
        var noise = new PerSampleNoise(1);
        using Tensor known = zeros(2, ScalarType.Bool);
        return way switch
        {
            "sample from" => Sampler.SampleFrom(x, 5, noise, 0, labels, progress, stop),
            "reconstruct" => Sampler.Reconstruct(x, 5, noise, 0, labels, progress, stop),
            "strength" => Sampler.Reconstruct(x, 0.5, noise, 0, labels, progress, stop),
            "interpolate" => Sampler.Interpolate(x, x, [0, 0.5, 1], 5, noise, null, labels, progress, stop),
            "inpaint" => new InpaintingSampler(Echo, Process).Inpaint(x, known, noise, 0, labels, progress, stop),
            _ => new DdimInversion(Echo, Process).Invert(x, labels, progress, stop),
        };
    }

    private static string Refusal(SamplingRequest request, DiffusionSampler? sampler = null) =>
        FluentActions.Invoking(() => (sampler ?? Sampler).Sample(request)).Should().Throw<ArgumentException>().Which.Message;
}
