using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

public sealed class KnownSamplersTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule());

    public static TheoryData<string> Names => [.. KnownSamplers.All.Select(entry => entry.Name)];

    public static TheoryData<string> Spacings => [.. KnownSpacings.All.Select(rule => rule.Name)];

    [Fact]
    public void All_NamesAndTitles_AreThoseOfTheTable()
    {
        KnownSamplers.All.Select(entry => (entry.Name, entry.Title)).Should().Equal(
            ("ddpm", "DDPM"), ("ddim", "DDIM"), ("dpm-solver++", "DPM-Solver++"), ("ipndm", "iPNDM"), ("unipc", "UniPC"),
            ("langevin", "Annealed Langevin"), ("predictor-corrector", "Predictor–corrector"));
        KnownSamplers.All.Select(entry => entry.DefaultSteps(1000)).Should().Equal(1000, 50, 20, 20, 20, 1000, 1000);
        KnownSamplers.All.Select(entry => entry.DefaultSteps(10)).Should().OnlyContain(steps => steps == 10);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_EveryName_GivesTheEntryAndItsSampler(string name)
    {
        SamplerEntry entry = KnownSamplers.Find(name);
        ReverseDiffusion process = entry.Respace(Process, 8);
        process.Coefficients.Timesteps.Should().Be(8);
        process.Options.Should().BeSameAs(Process.Options);
        var model = new GaussianModel(Process.Coefficients, 0.2, 0.5);
        var request = new SamplingRequest { Count = 2, SampleShape = [3], Noise = new PerSampleNoise(5) };
        DiffusionSampler byHand = name switch
        {
            "ddpm" => new DdpmSampler(model, process),
            "ddim" => new DdimSampler(model, process),
            "dpm-solver++" => new DpmSolverSampler(model, process),
            "ipndm" => new PndmSampler(model, process),
            "unipc" => new UniPcSampler(model, process),
            "langevin" => new LangevinSampler(model, process),
            _ => new PredictorCorrectorSampler(model, process),
        };
        using Tensor samples = entry.Create(model, process).Sample(request), expected = byHand.Sample(request);
        samples.Equals(expected).Should().BeTrue();
        entry.Respace(Process, 1000).Should().BeSameAs(Process);
    }

    [Theory]
    [InlineData("dpm-solver")]
    [InlineData("pndm")]
    [InlineData("DDPM")]
    public void Find_OtherSpelling_ListsTheNames(string name) =>
        FluentActions.Invoking(() => KnownSamplers.Find(name)).Should().Throw<ArgumentException>()
            .WithMessage($"name must be one of ddpm, ddim, dpm-solver++, ipndm, unipc, langevin, predictor-corrector, but is \"{name}\".*");

    [Fact]
    public void Supports_ProcessWithoutSignalAtTheEnd_LeavesTheSolversOut()
    {
        var options = new ReverseDiffusionOptions { Prediction = Prediction.V };
        var process = new ReverseDiffusion(new ZeroTerminalSnrSchedule(new LinearSchedule()), options);
        KnownSamplers.All.Where(entry => entry.Supports(process)).Should().Equal(
            KnownSamplers.Ddpm, KnownSamplers.Ddim, KnownSamplers.PredictorCorrector);
        KnownSamplers.All.Should().OnlyContain(entry => entry.Supports(Process));
    }

    [Theory]
    [MemberData(nameof(Spacings))]
    public void Spacing_EveryName_GivesAsManyTimesteps(string name)
    {
        SpacingRule rule = KnownSpacings.Find(name);
        rule.Timesteps(Process.Coefficients.Schedule, 50).Should().HaveCount(50).And.BeInAscendingOrder();
        KnownSamplers.Ddim.Respace(Process, 50, rule).Coefficients.Timesteps.Should().Be(50);
    }

    [Fact]
    public void Spacing_UnknownName_ListsTheNames() =>
        FluentActions.Invoking(() => KnownSpacings.Find("even")).Should().Throw<ArgumentException>()
            .WithMessage("name must be one of leading, trailing, *karras, but is \"even\".*");

    [Theory]
    [InlineData("dpm-solver++")]
    [InlineData("ipndm")]
    [InlineData("unipc")]
    public void DefaultSpacing_OfTheSolvers_ComesNearerToTheFlowThanTrailingSteps(string name)
    {
        // Two narrow components: what all steps of DDIM lead to, against the defaults and against as many trailing steps.
        using var scope = NewDisposeScope();
        Tensor means = tensor(new[,] { { -0.8 }, { 0.6 } }), variances = tensor(new[] { 0.003, 0.01 }).reshape(2, 1, 1);
        using var data = new GaussianMixtureData(tensor(new[] { 0.4, 0.6 }), means, variances);
        var model = new ExactModel(Process.Coefficients.Schedule, data);
        var request = new SamplingRequest
        {
            Count = 400,
            SampleShape = [1],
            Noise = new PerSampleNoise(1),
            BatchSize = 400,
            ElementType = float64,
        };
        using Tensor flow = new DdimSampler(model, Process).Sample(request);
        SamplerEntry entry = KnownSamplers.Find(name);
        double Error(SpacingRule? spacing)
        {
            using Tensor samples = entry.Create(model, entry.Respace(Process, spacing: spacing)).Sample(request);
            // The median: a sample that ends at the other component is far away with any steps.
            return (samples - flow).abs().median().item<double>();
        }

        Error(null).Should().BeLessThan(0.6 * Error(KnownSpacings.Trailing));
    }
}
