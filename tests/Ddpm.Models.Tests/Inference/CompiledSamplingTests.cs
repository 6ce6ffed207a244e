using Ddpm.Core;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>Everything that asks a network many times asks a compiled one.</summary>
public sealed class CompiledSamplingTests : IDisposable
{
    private readonly int threads = get_num_threads();

    /// <summary>With threads of a plan and threads of libtorch in turn, as in a program.</summary>
    public CompiledSamplingTests() => set_num_threads(2);

    public void Dispose() => set_num_threads(threads);

    private static readonly ReverseDiffusion Process = new(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, 8)));

    public static TheoryData<string> Users =>
        ["ddpm", "ddim", "dpm-solver", "pndm", "steps", "inpainting", "inversion", "bound", "terms", "calibration", "labelled", "guided",
            "rescaled"];

    [Theory]
    [MemberData(nameof(Users))]
    public void Run_CompiledAndNot_AgreeToRounding(string user)
    {
        UNetOptions options = LoudNetworks.Small with { Height = 8, Width = 8, AttentionResolutions = [4], ClassCount = 3 };
        using UNet network = LoudNetworks.Create(options);
        var spy = new Spy(network);
        using Tensor compiled = Run(user, spy);
        spy.Runs.Should().Be(1, "a run compiles once");
        spy.Plain.Should().Be(0, "no prediction goes past the compiled network");
        spy.Open.Should().Be(0, "what was compiled is freed");
        network.Inference = InferenceOptions.Off;
        using Tensor plain = Run(user, network);

        double scale = Math.Max(1, plain.abs().max().to(float64).item<double>());
        // Each of some ten steps adds the rounding of a prediction, up to 1e-5 of it.
        (compiled - plain).abs().max().to(float64).item<double>().Should().BeLessThan(1e-3 * scale);
        plain.abs().max().to(float64).item<double>().Should().BeGreaterThan(0.05);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Sample_ManySteps_HoldsTensorsFlatAndLeavesNothing()
    {
        using UNet network = LoudNetworks.Create(
            LoudNetworks.Small with { Height = 4, Width = 4, AttentionResolutions = [], BaseChannels = 8 });
        var sampler = new DdpmSampler(network, new ReverseDiffusion(new LinearSchedule(300)));
        SamplingRequest request = Request(2, 4);
        sampler.Sample(request with { Count = 1 }).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount, running = -1, memory = 0;
        foreach (SamplingState state in sampler.Steps(request))
        {
            if (state.Step == 100)
            {
                running = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                memory = Environment.WorkingSet;
            }
            else if (state.Step > 100)
            {
                DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(running, "step {0} must free what it allots", state.Step);
            }
        }

        (Environment.WorkingSet - memory).Should().BeLessThan(50_000_000);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Steps_LeftEarly_FreesThePlan()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        var sampler = new DdpmSampler(network, Process);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount, floats = AlignedMemory.LiveFloats;
        foreach (SamplingState state in sampler.Steps(Request(2, 16)))
        {
            if (state.Step == 3) break;
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        AlignedMemory.LiveFloats.Should().Be(floats);
    }

    [Fact]
    public void Sample_OneSeed_GivesTheSameBitsAndTheSameSamplesAtAnyBatchSize()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        var sampler = new DdpmSampler(network, Process);
        using Tensor first = sampler.Sample(Request(8, 8)), again = sampler.Sample(Request(8, 8)),
            single = sampler.Sample(Request(8, 8) with { BatchSize = 1 }), seven = sampler.Sample(Request(8, 8) with { BatchSize = 7 });
        again.Equals(first).Should().BeTrue();
        (single - first).abs().max().item<float>().Should().BeLessThan(1e-4f);
        (seven - first).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    private static SamplingRequest Request(int count, int size) =>
        new() { Count = count, SampleShape = [2, size, size], Noise = new PerSampleNoise(5) };

    private static Tensor Run(string user, IConditionalEpsilonModel network)
    {
        using var scope = NewDisposeScope();
        SamplingRequest request = Request(3, 8);
        Tensor data = rand([2, 2, 8, 8], float32, generator: new Generator(3)) * 2 - 1;
        var whole = new ReverseDiffusion(new LinearSchedule(12, 1e-3, 0.3));
        Tensor result = user switch
        {
            "ddpm" => new DdpmSampler(network, Process).Sample(request),
            "ddim" => new DdimSampler(network, Process).Sample(request with { Labels = [0, 2, -1] }),
            "dpm-solver" => new DpmSolverSampler(network, Process).Sample(request),
            "pndm" => new PndmSampler(network, Process).Sample(request),
            "steps" => stack(new DdpmSampler(network, Process).Steps(request).Select(state => state.X.clone()).ToArray()),
            "inpainting" =>
                new InpaintingSampler(network, Process).Inpaint(data, ones(8, 8).tril().to(ScalarType.Bool), new PerSampleNoise(1)),
            "inversion" => new DdimInversion(network, Process).Invert(data),
            "bound" =>
                tensor(new VariationalBound(network, whole).Evaluate(data, new PerSampleNoise(1)).Terms.Select(term => term.Mean)
                    .ToArray()),
            "terms" => Bound(network, whole, data),
            "calibration" => tensor(NoiseCalibration.Measure(network, whole, data, new PerSampleNoise(1)).MeanSquares.ToArray()),
            "labelled" => new DdimSampler(new LabelledModel(network, 2), Process).Sample(request),
            "guided" => new DdimSampler(new GuidedModel(network, 2), Process).Sample(request with { Labels = [0, 1, 2] }),
            _ => new DdimSampler(new RescaledTimeModel(network, 500), Process).Sample(request),
        };
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Bound(IEpsilonModel network, ReverseDiffusion process, Tensor data)
    {
        using BoundTerms terms = new VariationalBound(network, process).Terms(data, new PerSampleNoise(1));
        return terms.Terms.clone();
    }

    /// <summary>Counts who asks for what.</summary>
    private sealed class Spy(UNet network) : IConditionalEpsilonModel, ICompilableModel, IDisposable
    {
        private CompiledModel? compiled;

        public int Runs { get; private set; }

        public int Open { get; private set; }

        public int Plain { get; private set; }

        public int ClassCount => network.ClassCount;

        public CompiledModel Compile(ILogger logger)
        {
            Runs++;
            Open++;
            compiled = network.Compile(logger);
            return new CompiledModel(compiled.Model, this);
        }

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            Plain++;
            return network.Predict(xt, t, labels);
        }

        public void Dispose()
        {
            Open--;
            compiled?.Dispose();
        }
    }
}
