using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>The engine on spans gives Core's samples: the same bits where the arithmetic is sums and products, else to 1e-5.</summary>
public sealed class SpanSamplingTests
{
    private static readonly UNetOptions Image = new()
    {
        Height = 4,
        Width = 8,
        InChannels = 2,
        OutChannels = 2,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [2],
        NormGroups = 4,
        Dropout = 0,
    };

    private static readonly IVarianceSchedule[] Schedules =
    [
        new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, 6)),
        new CosineSchedule(7),
        new RespacedSchedule(new SigmoidSchedule(), TimestepSpacing.Leading(1000, 5)),
        new ZeroTerminalSnrSchedule(new QuadraticSchedule(6, 1e-2, 0.3)),
    ];

    public static TheoryData<string, string> SamplersAndPredictions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string sampler in (string[])["ddpm", "ddim", "ddim-eta", "ddim-keep", "dpm-solver++", "ipndm", "unipc", "langevin",
                "predictor-corrector"])
            {
                foreach (Prediction prediction in Prediction.Known) data.Add(sampler, prediction.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(SamplersAndPredictions))]
    public void Sample_EveryVarianceScheduleAndClipping_EqualsTheTensorEngine(string sampler, string prediction)
    {
        Prediction meaning = Prediction.Known.Single(known => known.Name == prediction);
        foreach (ReverseVariance variance in ReverseVariance.Known)
        {
            int outputs = 5 * variance.OutputsPerElement;
            using Mlp network = SamplingTwins.Loud(
                new Mlp(new MlpOptions { Dimensions = 5, Outputs = outputs, Width = 8, Blocks = 1, TimeChannels = 8 }));
            foreach (IVarianceSchedule schedule in Schedules)
            {
                foreach (X0Clipping clipping in (X0Clipping[])[X0Clipping.Unit, X0Clipping.None, X0Clipping.Dynamic(0.8, 1.5)])
                {
                    // Core has no such sampler or process either.
                    bool zero = schedule is ZeroTerminalSnrSchedule;
                    if (zero && (meaning == Prediction.Epsilon || sampler is "dpm-solver++" or "ipndm" or "unipc" or "langevin")) continue;
                    var process = new ReverseDiffusion(
                        schedule, new ReverseDiffusionOptions { Prediction = meaning, Variance = variance, Clipping = clipping });
                    bool bits = clipping.Quantile is null && (sampler is not ("ddpm" or "predictor-corrector") || !variance.IsLearned);
                    Compare(network, process, sampler, bits, $"{variance}, {schedule.GetType().Name}, {clipping.Limit}");
                }
            }
        }
    }

    [Theory]
    [InlineData("ddpm")]
    [InlineData("ddim")]
    [InlineData("ddim-eta")]
    [InlineData("dpm-solver++")]
    [InlineData("ipndm")]
    [InlineData("unipc")]
    [InlineData("langevin")]
    [InlineData("predictor-corrector")]
    public void Sample_ImagesAndSignals_EqualTheTensorEngine(string sampler)
    {
        var process = new ReverseDiffusion(Schedules[0], new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        using UNet images = SamplingTwins.Loud(new UNet(Image));
        Compare(images, process, sampler, true, "images", [2, 4, 8]);
        UNetOptions sound = Image with { IsSignal = true, InChannels = 1, OutChannels = 1, Height = 16, AttentionResolutions = [] };
        using UNet signals = SamplingTwins.Loud(new UNet(sound));
        Compare(signals, process, sampler, true, "signals", [1, 16]);
    }

    [Fact]
    public void Sample_KnownSamplersWithTheirDefaults_VisitTheSameTimesteps()
    {
        var process = new ReverseDiffusion(new LinearSchedule(40), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        using Mlp network = SamplingTwins.Loud(new Mlp(new MlpOptions { Dimensions = 3, Width = 8, Blocks = 1, TimeChannels = 8 }));
        using InferenceModel model = SamplingTwins.Model(network, process);
        foreach (SamplerEntry entry in KnownSamplers.All)
        {
            using Tensor expected = entry.Create(network, entry.Respace(process)).Sample(Request([3], 2));
            using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Find(entry.Name));
            float[] actual = sampler.Sample(new InferenceRequest { Count = 2, Seed = 5 });
            SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), true, entry.Name);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Sample_AutoguidedOrInAnInterval_EqualsTheTensorEngine(bool autoguided, bool labelled)
    {
        var interval = new GuidanceInterval(150, 700);
        UNetOptions options = Image with { ClassCount = labelled ? 3 : null };
        using UNet network = SamplingTwins.Loud(new UNet(options));
        using UNet weak = SamplingTwins.Loud(new UNet(options with { BaseChannels = 4 }), seed: 8);
        var process = new ReverseDiffusion(new LinearSchedule()).Respace(8);
        IEpsilonModel guided = autoguided
            ? new AutoguidedModel(network, weak, 2, 0.5, interval)
            : new GuidedModel(network, 2, 0.5, interval: interval);
        long[]? labels = labelled ? [2, 0, -1, 1] : null;
        using Tensor expected = new DdimSampler(guided, process).Sample(Request([2, 4, 8], 4) with { Labels = labels, BatchSize = 3 });
        using InferenceModel model = SamplingTwins.Model(network, new ReverseDiffusion(new LinearSchedule()));
        using InferenceModel weaker = SamplingTwins.Model(weak, new ReverseDiffusion(new LinearSchedule()));
        using InferenceSampler sampler = model.CreateSampler(
            SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 8, WeakModel = autoguided ? weaker : null });
        var request = new InferenceRequest
        {
            Count = 4,
            Seed = 5,
            BatchSize = 3,
            Labels = labels,
            GuidanceScale = 2,
            GuidanceRescale = 0.5,
            GuidanceInterval = interval,
        };
        float[] actual = sampler.Sample(request);
        SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), false, "guided");
        actual.Should().NotEqual(sampler.Sample(request with { GuidanceInterval = null }));
        actual.Should().NotEqual(sampler.Sample(request with { GuidanceScale = 1 }));
    }

    [Fact]
    public void Sample_ConditionsGuidedInAnInterval_GivesAForeignNetworkTheRowsOfItsBatch()
    {
        var network = new RowCounter();
        using var model = new InferenceModel(network, new ReverseDiffusion(new LinearSchedule()).Describe(), [1, 2, 2]);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 4 });
        sampler.Sample(new InferenceRequest
        {
            Count = 3,
            Conditions = new Dictionary<string, ReadOnlyMemory<float>> { ["low"] = new float[12], ["facts"] = new float[15] },
            GuidanceScale = 2,
            GuidanceInterval = new GuidanceInterval(300, 700),
        });
        network.Calls.Should().Equal((3, 12, 15), (3, 12, 15), (6, 24, 30), (3, 12, 15));
    }

    [Fact]
    public void CreateSampler_WeakModelOfAnotherKind_IsRefused()
    {
        using UNet network = new(Image), classes = new(Image with { ClassCount = 3 });
        using InferenceModel model = SamplingTwins.Model(network, new ReverseDiffusion(new LinearSchedule()));
        using InferenceModel other = SamplingTwins.Model(classes, new ReverseDiffusion(new LinearSchedule()));
        using UNet one = new(Image with { Conditions = [NetworkCondition.Spatial("low", 1)] });
        using UNet three = new(Image with { Conditions = [NetworkCondition.Spatial("low", 3)] });
        using InferenceModel low = SamplingTwins.Model(one, new ReverseDiffusion(new LinearSchedule()));
        using InferenceModel wide = SamplingTwins.Model(three, new ReverseDiffusion(new LinearSchedule()));
        FluentActions.Invoking(() => low.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { WeakModel = wide }))
            .Should().Throw<ArgumentException>()
            .WithMessage("WeakModel must have the conditions of the model, \"low (spatial, 1)\", but has \"low (spatial, 3)\".");
        using InferenceModel shorter = SamplingTwins.Model(network, new ReverseDiffusion(new LinearSchedule(50)));
        FluentActions.Invoking(() => model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { WeakModel = other }))
            .Should().Throw<ArgumentException>().WithMessage("WeakModel must have the classes of the model, \"0\", but has \"3\".");
        FluentActions.Invoking(() => model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { WeakModel = shorter }))
            .Should().Throw<ArgumentException>().WithMessage("WeakModel must have the timesteps of the model, \"1000\", but has \"50\".");
    }

    [Theory]
    [InlineData(2.5, 0, false)]
    [InlineData(2.5, 0.7, false)]
    [InlineData(0, 0, false)]
    [InlineData(3, 0.5, true)]
    public void Sample_Guided_EqualsTheTensorEngine(double scale, double rescale, bool learned)
    {
        ReverseVariance variance = learned ? ReverseVariance.LearnedRange : ReverseVariance.FixedLarge;
        using UNet network = SamplingTwins.Loud(new UNet(Image with { ClassCount = 3, OutChannels = learned ? 4 : 2 }));
        var process = new ReverseDiffusion(Schedules[0], new ReverseDiffusionOptions { Variance = variance });
        using Tensor expected = new DdpmSampler(new GuidedModel(network, scale, rescale), process)
            .Sample(Request([2, 4, 8], 6) with { Labels = [2, 0, -1], SamplesPerLabel = 2, BatchSize = 4 });
        using InferenceModel model = SamplingTwins.Model(network, process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddpm, Whole(process));
        float[] actual = sampler.Sample(new InferenceRequest
        {
            Count = 6,
            Seed = 5,
            BatchSize = 4,
            Labels = [2, 0, -1],
            SamplesPerLabel = 2,
            GuidanceScale = scale,
            GuidanceRescale = rescale,
        });
        SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), !learned && rescale == 0, "guided");
    }

    [Fact]
    public void Sample_LabelsAndNone_EqualTheTensorEngine()
    {
        using UNet network = SamplingTwins.Loud(new UNet(Image with { ClassCount = 3 }));
        var process = new ReverseDiffusion(Schedules[0]);
        using InferenceModel model = SamplingTwins.Model(network, process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, Whole(process));
        var request = new InferenceRequest { Count = 3, Seed = 5 };
        using Tensor some = new DdimSampler(network, process).Sample(Request([2, 4, 8], 3) with { Labels = [1, -1, 0] });
        SamplingTwins.ShouldBeTheSame(sampler.Sample(request with { Labels = [1, -1, 0] }), some.Numbers(), true, "labels");
        using Tensor none = new DdimSampler(network, process).Sample(Request([2, 4, 8], 3));
        SamplingTwins.ShouldBeTheSame(sampler.Sample(request), none.Numbers(), true, "no labels");
    }

    [Theory]
    [InlineData("ddpm", null)]
    [InlineData("ddpm", 1.0)]
    [InlineData("ddim", null)]
    public void Sample_Calibrated_EqualsTheTensorEngine(string sampler, double? limit)
    {
        var whole = new LinearSchedule(12, 1e-3, 0.3);
        using Mlp network = SamplingTwins.Loud(new Mlp(new MlpOptions { Dimensions = 5, Width = 8, Blocks = 1, TimeChannels = 8 }));
        double[] squares = [.. Enumerable.Range(0, 12).Select(t => 0.3 + 0.05 * t)];
        var calibration = new NoiseCalibration(squares);
        var process = new ReverseDiffusion(new RespacedSchedule(whole, [0, 3, 7, 11]), new ReverseDiffusionOptions
        {
            Variance = sampler == "ddpm" ? ReverseVariance.Analytic(calibration, limit) : ReverseVariance.FixedLarge,
            Clipping = X0Clipping.None,
        });
        DiffusionSampler tensors = sampler == "ddpm"
            ? new DdpmSampler(network, process)
            : new DdimSampler(network, process, new DdimOptions { Eta = 0.3, Calibration = calibration });
        using Tensor expected = tensors.Sample(Request([5], 3));
        var trained = new ReverseDiffusion(whole, new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        using InferenceModel model = SamplingTwins.Model(network, trained);
        var options = new InferenceSamplerOptions
        {
            Timesteps = [0, 3, 7, 11],
            Calibration = squares,
            LastStepLimit = limit,
            Eta = sampler == "ddpm" ? 0 : 0.3,
        };
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Find(sampler), options);
        float[] actual = spans.Sample(new InferenceRequest { Count = 3, Seed = 5 });
        SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), true, sampler);
    }

    [Theory]
    [InlineData("langevin")]
    [InlineData("predictor-corrector")]
    public void Sample_LangevinWithOptions_EqualsTheTensorEngineInAnyBatch(string method)
    {
        var options = new LangevinOptions { SignalToNoise = 0.1, StepsPerLevel = 3, StepSize = LangevinStepSize.NoiseLevel };
        var process = new ReverseDiffusion(Schedules[0]);
        using UNet network = SamplingTwins.Loud(new UNet(Image));
        DiffusionSampler tensors = method == "langevin"
            ? new LangevinSampler(network, process, options)
            : new PredictorCorrectorSampler(network, process, options);
        using Tensor expected = tensors.Sample(Request([2, 4, 8], 5));
        using InferenceModel model = SamplingTwins.Model(network, process);
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Find(method), Whole(process) with { Langevin = options });
        SamplingTwins.ShouldBeTheSame(
            spans.Sample(new InferenceRequest { Count = 5, Seed = 5, BatchSize = 2 }), expected.Numbers(), true, method);
        model.Invoking(m => m.CreateSampler(SamplingMethod.Ddpm, new() { Langevin = options })).Should().Throw<ArgumentException>()
            .WithMessage("Langevin must be null for ddpm, which takes no Langevin steps.");
    }

    [Fact]
    public void Sample_BFloat16Weights_EqualsTheTensorEngine()
    {
        var process = new ReverseDiffusion(Schedules[0]);
        using UNet network = SamplingTwins.Loud(new UNet(Image));
        network.Inference = InferenceOptions.BFloat16;
        using Tensor expected = new DdimSampler(network, process).Sample(Request([2, 4, 8], 2));
        using InferenceModel model = SamplingTwins.Model(network, process);
        using InferenceSampler sampler = model.CreateSampler(
            SamplingMethod.Ddim, Whole(process) with { Weights = WeightPrecision.BFloat16 });
        float[] actual = sampler.Sample(new InferenceRequest { Count = 2, Seed = 5 });
        SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), true, "bfloat16");
    }

    /// <summary>All timesteps of a process that is respaced already.</summary>
    internal static InferenceSamplerOptions Whole(ReverseDiffusion process) => new() { Steps = process.Coefficients.Timesteps };

    internal static SamplingRequest Request(long[] shape, int count) =>
        new() { Count = count, SampleShape = shape, Noise = new PerSampleNoise(5) };

    private static void Compare(
        DescribedNetwork network, ReverseDiffusion process, string sampler, bool bits, string because, long[]? shape = null)
    {
        DiffusionSampler tensors = sampler switch
        {
            "ddpm" => new DdpmSampler(network, process),
            "ddim" => new DdimSampler(network, process),
            "ddim-eta" => new DdimSampler(network, process, new DdimOptions { Eta = 0.6 }),
            "ddim-keep" => new DdimSampler(network, process, new DdimOptions { Eta = 1, RederiveNoise = false }),
            "dpm-solver++" => new DpmSolverSampler(network, process),
            "unipc" => new UniPcSampler(network, process),
            "langevin" => new LangevinSampler(network, process, LangevinOptions.Default),
            "predictor-corrector" => new PredictorCorrectorSampler(network, process),
            _ => new PndmSampler(network, process),
        };
        using Tensor expected = tensors.Sample(Request(shape ?? [5], 3));
        InferenceSamplerOptions options = Whole(process) with
        {
            Eta = sampler switch { "ddim-eta" => 0.6, "ddim-keep" => 1, _ => 0 },
            RederiveNoise = sampler != "ddim-keep",
            // So few levels are too few for annealing's own choice.
            Langevin = sampler == "langevin" ? LangevinOptions.Default : null,
        };
        using InferenceModel model = SamplingTwins.Model(network, process);
        SamplingMethod method = SamplingMethod.Find(sampler.StartsWith("ddim", StringComparison.Ordinal) ? "ddim" : sampler);
        using InferenceSampler spans = model.CreateSampler(method, options);
        float[] actual = spans.Sample(new InferenceRequest { Count = 3, Seed = 5 });
        SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), bits, because);
    }

    // Notes the rows of x_t and the numbers of each condition.
    private sealed class RowCounter : ISpanNetwork
    {
        public List<(int Rows, int Low, int Facts)> Calls { get; } = [];

        public int SpatialDimensions => 2;

        public int InChannels => 1;

        public int OutChannels => 1;

        public IReadOnlyList<NetworkCondition> Conditions =>
            [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("facts", 5)];

        public void Predict(
            ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels,
            Span<float> prediction) => throw new InvalidOperationException("without conditions");

        public void Predict(
            ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels,
            ReadOnlySpan<ReadOnlyMemory<float>> conditions, Span<float> prediction)
        {
            Calls.Add((shape[0], conditions[0].Length, conditions[1].Length));
            prediction.Clear();
        }
    }
}
