namespace Ddpm.Inference.Tests;

/// <summary>Sampling on spans, without a tensor library in the process.</summary>
public sealed class InferenceSamplerTests
{
    private static readonly MlpDescription Vectors =
        new(new MlpOptions { Dimensions = 4, Width = 8, Blocks = 1, TimeChannels = 8 });

    private static readonly UNetDescription Classes = new(new UNetOptions
    {
        Height = 4,
        Width = 4,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 4,
        Dropout = 0,
        ClassCount = 3,
    });

    private static readonly UNetDescription NoNullLabel = new(Classes.Options with { NullLabel = false });

    private static readonly ProcessDescription Process =
        new() { Schedule = new LinearSchedule(10, 1e-3, 0.4), Prediction = "epsilon", Variance = "fixed_large" };

    public static TheoryData<InferenceRequest, string> BadRequests => new()
    {
        { new() { Count = 0 }, "Count must be at least 1, but is 0.*" },
        { new() { FirstSample = -1 }, "FirstSample must be at least 0, but is -1.*" },
        { new() { BatchSize = 0 }, "BatchSize must be at least 1, but is 0.*" },
        { new() { SamplesPerLabel = 0 }, "SamplesPerLabel must be at least 1, but is 0.*" },
        { new() { PreviewEvery = 0 }, "PreviewEvery must be at least 1, but is 0.*" },
        { new() { GuidanceScale = double.NaN }, "GuidanceScale must be finite and at least 0, but is NaN.*" },
        { new() { GuidanceRescale = 2 }, "GuidanceRescale must be at least 0 and at most 1, but is 2.*" },
        { new() { GuidanceScale = 2 }, "GuidanceScale must be 1 without Labels and WeakModel, for guidance strengthens a class*" },
        { new() { SampleShape = [1, 4, 5] },
            "SampleShape must be [1, H, W] with sizes that are positive multiples of 2*but is [1, 4, 5].*" },
        { new() { SampleShape = [2, 4, 4] }, "SampleShape must be [1, H, W]*but is [2, 4, 4].*" },
        { new() { SampleShape = [16] }, "SampleShape must be [1, H, W]*but is [16].*" },
        { new() { Count = int.MaxValue, BatchSize = int.MaxValue }, "BatchSize must be at most * for samples of [1, 4, 4], but is *" },
        { new() { Count = 1, Labels = [0, 1] }, "Labels must be as many that 1 of each make Count = 1, but are 2.*" },
        { new() { Labels = [3] }, "Labels must be 0 … 2, -1 for none, but one is 3.*" },
        { new() { Labels = [-2] }, "Labels must be 0 … 2, -1 for none, but one is -2.*" },
        { new() { Start = InferenceStart.Noisy(new float[16], 10) }, "Start.Timestep must be a timestep 0 … 9, but is 10.*" },
        { new() { Count = 2, Start = InferenceStart.Clean(new float[17], 1) },
            "Start.Values must hold 16 numbers for one sample or 32 for 2, but holds 17.*" },
        { new() { Count = 2, Inpainting = new(new float[15], new bool[16]) },
            "Inpainting.X0 must hold 16 numbers for one sample or 32 for 2, but holds 15.*" },
        { new() { Count = 2, Inpainting = new(new float[16], new bool[7]) },
            "Inpainting.Known must hold 16 pixels, 16 numbers for one sample or 32 for 2, but holds 7.*" },
        { new() { Inpainting = new(new float[16], new bool[16]) { Options = new() { JumpLength = 0 } } },
            "JumpLength must be at least 1, but is 0.*" },
        { new() { Inpainting = new(new float[16], new bool[16]), Start = InferenceStart.Clean(new float[16], 1) },
            "Inpainting must be null where Start is given.*" },
    };

    public static TheoryData<string, InferenceSamplerOptions, string> BadOptions => new()
    {
        { "ddpm", new() { Steps = 11 }, "Steps must be 1 … 10, the timesteps of the process, but is 11." },
        { "ddpm", new() { Timesteps = [1, 1] }, "*ascending*" },
        { "ddpm", new() { Timesteps = [1], Steps = 1 }, "Timesteps must be null where Steps or Spacing is given.*" },
        { "ddpm", new() { Eta = 0.5 }, "Eta must be 0 for ddpm, but is 0.5.*" },
        { "ddim", new() { Eta = 1.5 }, "Eta must be at least 0 and at most 1, but is 1.5.*" },
        { "ipndm", new() { RederiveNoise = false }, "RederiveNoise must be true for ipndm.*" },
        { "ipndm", new() { Calibration = [1] }, "Calibration must be null for ipndm, which has no variance.*" },
        { "ddim", new() { Calibration = [1] }, "The calibration must cover timestep 1 of the network, but has 1 entries*" },
        { "ddpm", new() { Calibration = [1] }, "The calibration must cover timestep 1 of the network, but has 1 entries*" },
        { "ddpm", new() { Calibration = [double.NaN] }, "Calibration must be finite and at least 0, but Calibration[0] is NaN.*" },
        { "ddim", new() { Calibration = new double[10], LastStepLimit = 1 }, "LastStepLimit must be null but for ddpm with Calibration*" },
        { "ddpm", new() { Threads = 0 }, "Threads must be at least 1, but is 0.*" },
        { "ddpm", new() { Weights = (WeightPrecision)7 }, "Weights must be Full or BFloat16, but is 7.*" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void Sample_BadRequest_NamesArgumentExpectedAndActual(InferenceRequest request, string message)
    {
        using InferenceModel model = new(Classes, DrawnWeights.Of(Classes), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddpm);
        sampler.Invoking(s => s.Sample(request)).Should().Throw<ArgumentException>().WithMessage(message);
        sampler.Invoking(s => s.Batches(request)).Should().Throw<ArgumentException>("the call itself fails, not the first batch");
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void CreateSampler_BadOption_NamesArgumentExpectedAndActual(string method, InferenceSamplerOptions options, string message)
    {
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors), Process);
        model.Invoking(m => m.CreateSampler(SamplingMethod.Find(method), options)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Sample_NetworkWithoutNullLabel_NeedsLabelsAndNoGuidance()
    {
        using InferenceModel model = new(NoNullLabel, DrawnWeights.Of(NoNullLabel), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim);
        sampler.Invoking(s => s.Sample()).Should().Throw<ArgumentException>().WithMessage("Labels must be given*");
        sampler.Invoking(s => s.Sample(new InferenceRequest { Labels = [-1] })).Should().Throw<ArgumentException>()
            .WithMessage("Labels must be 0 … 2, but one is -1.*");
        sampler.Invoking(s => s.Sample(new InferenceRequest { Labels = [1], GuidanceScale = 2 })).Should().Throw<ArgumentException>()
            .WithMessage("GuidanceScale must be 1, for the network was trained without a null label, but is 2.*");
        sampler.Sample(new InferenceRequest { Labels = [1] }).Should().HaveCount(16);
    }

    [Fact]
    public void Model_PartsThatDoNotFit_NamesThem()
    {
        var weights = DrawnWeights.Of(Vectors);
        Action With(ProcessDescription process) => () => new InferenceModel(Vectors, weights, process).Dispose();
        With(Process with { Prediction = "noise" }).Should().Throw<ArgumentException>()
            .WithMessage("prediction_type must be epsilon, sample, v_prediction or posterior_mean, but is noise.*");
        With(Process with { Variance = "small" }).Should().Throw<ArgumentException>()
            .WithMessage("variance_type must be fixed_small, fixed_large, learned_log or learned_range, but is small.*");
        With(Process with { Variance = "learned_log" }).Should().Throw<ArgumentException>()
            .WithMessage("network must put out 8 channels for 4 with the variance learned_log, but puts out 4.*");
        With(Process with { Schedule = new ZeroTerminalSnrSchedule(Process.Schedule) }).Should().Throw<ArgumentException>()
            .WithMessage("schedule must leave some signal at t = 9*");
        With(Process with { Clipping = new ClippingDescription(0) }).Should().Throw<ArgumentException>()
            .WithMessage("Clipping.Limit must be positive, but is 0.*");
        With(Process with { Clipping = new ClippingDescription(0.5, 0.9) }).Should().Throw<ArgumentException>()
            .WithMessage("Clipping.Limit must be at least 1, but is 0.5.*");
        using InferenceModel zero = new(Vectors, weights,
            Process with { Schedule = new ZeroTerminalSnrSchedule(Process.Schedule), Prediction = "v_prediction" });
        zero.Invoking(m => m.CreateSampler(SamplingMethod.Pndm, new() { Steps = 10 })).Should().Throw<ArgumentException>()
            .WithMessage("process must leave some signal at t = 9*");
    }

    [Fact]
    public void Sample_WeightsOfAnotherNetwork_NamesTheWeight()
    {
        var wide = new MlpDescription(Vectors.Options with { Width = 16 });
        using InferenceModel model = new(Vectors, DrawnWeights.Of(wide), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim);
        sampler.Invoking(s => s.Sample()).Should().Throw<InvalidDataException>()
            .WithMessage("weights must give 8 numbers for input.bias [8], but give 16.");
    }

    [Fact]
    public void Sample_WeightsThatOverflow_StopsWithTNamed()
    {
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors, float.NaN), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim);
        sampler.Invoking(s => s.Sample()).Should().Throw<NonFiniteException>()
            .WithMessage("x_{t-1} became NaN at t = 9, step 1 (shape [1, 4], float32)*");
    }

    [Fact]
    public void Sample_AnyThreadsMemoryAndRepetition_GivesTheSameBits()
    {
        using InferenceModel model = new(Classes, DrawnWeights.Of(Classes), Process);
        var request = new InferenceRequest { Count = 3, Seed = 2, Labels = [0, 1, 2], GuidanceScale = 2 };
        using InferenceSampler one = model.CreateSampler(SamplingMethod.Ddpm, new() { Threads = 1 });
        using InferenceSampler three = model.CreateSampler(SamplingMethod.Ddpm, new() { Threads = 3 });
        float[] samples = one.Sample(request);
        three.Sample(request).Should().Equal(samples);
        one.Sample(request with { BatchSize = 1 }).Should().NotEqual(new float[48]);
        one.Sample(request).Should().Equal(samples, "a sampler remembers nothing of earlier runs");
        var memory = new float[48];
        one.Sample(request, memory);
        memory.Should().Equal(samples);
        one.Invoking(s => s.Sample(request, new float[47])).Should().Throw<ArgumentException>()
            .WithMessage("samples must hold 48 numbers, but holds 47.*");
        one.Sample(request with { Seed = 3 }).Should().NotEqual(samples);
    }

    [Fact]
    public void Sample_Cancelled_StopsWithinAStep()
    {
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddpm);
        using var cancellation = new CancellationTokenSource();
        int steps = 0;
        var request = new InferenceRequest
        {
            PreviewEvery = 1,
            Preview = _ =>
            {
                if (++steps == 3) cancellation.Cancel();
            },
        };
        sampler.Invoking(s => s.Sample(request, null, cancellation.Token)).Should().Throw<OperationCanceledException>();
        steps.Should().Be(3);
        sampler.Sample().Should().HaveCount(4, "the sampler serves on");
    }

    [Fact]
    public void Dispose_AfterRunsAndLeftLoops_LeavesNoMemoryAndNoThread()
    {
        long floats = AlignedMemory.LiveFloats;
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors), Process);
        InferenceSampler sampler = model.CreateSampler(SamplingMethod.DpmSolver, new() { Threads = 2 });
        sampler.Sample(new InferenceRequest { Count = 2 });
        foreach (InferenceState state in sampler.Steps(new InferenceRequest { Count = 3 }))
        {
            if (state.Step == 2) break;
        }

        AlignedMemory.LiveFloats.Should().BeGreaterThan(floats);
        sampler.Dispose();
        AlignedMemory.LiveFloats.Should().Be(floats);
        sampler.Invoking(s => s.Sample()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Sample_TenThousandSteps_AllocatesNothingThatGrows()
    {
        ProcessDescription process = Process with { Schedule = new LinearSchedule(1000) };
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors), process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddpm, new() { Threads = 1 });
        var samples = new float[40];
        var request = new InferenceRequest { Count = 10, BatchSize = 1 };
        sampler.Sample(request with { Count = 1 }, samples.AsSpan(0, 4));
        long floats = AlignedMemory.LiveFloats, before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Sample(request, samples);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10_000 * 8, "buffers serve the whole run");
        AlignedMemory.LiveFloats.Should().Be(floats);
    }

    [Fact]
    public async Task Sample_TwoThreadsAtOnce_IsRefused()
    {
        using InferenceModel model = new(Vectors, DrawnWeights.Of(Vectors), Process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim);
        using var asked = new ManualResetEventSlim();
        using var refused = new ManualResetEventSlim();
        var blocking = new Blocking(DrawnWeights.Of(Vectors), asked, refused);
        using InferenceModel slow = new(Vectors, blocking, Process);
        using InferenceSampler shared = slow.CreateSampler(SamplingMethod.Ddim);
        Task<float[]> first = Task.Run(() => shared.Sample());
        asked.Wait();
        shared.Invoking(s => s.Sample()).Should().Throw<InvalidOperationException>()
            .WithMessage("An InferenceSampler serves one thread at a time: create one for each thread.");
        refused.Set();
        (await first).Should().Equal(sampler.Sample());
    }

    /// <summary>Holds the first thread that reads a weight.</summary>
    private sealed class Blocking(IWeightSource weights, ManualResetEventSlim asked, ManualResetEventSlim go) : IWeightSource
    {
        public ReadOnlySpan<float> Read(string name)
        {
            asked.Set();
            go.Wait();
            return weights.Read(name);
        }
    }
}
