using Ddpm.Core;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>Runs on spans that begin elsewhere, fill in, stop on the way or come in batches: as Core's.</summary>
public sealed class SpanStartTests : IDisposable
{
    private static readonly long[] Shape = [2, 4, 4];

    private readonly ReverseDiffusion process =
        new(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, 8)));

    private readonly UNet network = SamplingTwins.Loud(new UNet(new UNetOptions
    {
        Height = 4,
        Width = 4,
        InChannels = 2,
        OutChannels = 2,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 4,
        Dropout = 0,
    }));

    private readonly InferenceModel model;
    private readonly Tensor data = rand([3, 2, 4, 4], float32, generator: new Generator(3)) * 2 - 1;

    public SpanStartTests() => model = SamplingTwins.Model(network, process);

    public void Dispose()
    {
        model.Dispose();
        network.Dispose();
        data.Dispose();
    }

    [Theory]
    [InlineData("ddpm")]
    [InlineData("dpm-solver++")]
    public void Sample_FromAStart_EqualsTheTensorEngine(string method)
    {
        DiffusionSampler tensors = KnownSamplers.Find(method).Create(network, process);
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Find(method), SpanSamplingTests.Whole(process));
        var request = new InferenceRequest { Count = 3, Seed = 5, FirstSample = 4, BatchSize = 2 };
        float[] given = data.Numbers();

        using Tensor reconstructed = tensors.Reconstruct(data, 4, new PerSampleNoise(5), 4);
        float[] clean = spans.Sample(request with { BatchSize = 3, Start = InferenceStart.Clean(given, 4) });
        SamplingTwins.ShouldBeTheSame(clean, reconstructed.Numbers(), true, "clean");
        float[] strength = spans.Sample(request with { BatchSize = 3, Start = InferenceStart.AtStrength(given, 0.6) });
        strength.Should().Equal(clean, "0.6 of 8 steps are 5: t = 4");

        using Tensor continued = tensors.SampleFrom(data, 2, new PerSampleNoise(5), 4);
        float[] noisy = spans.Sample(request with { BatchSize = 3, Start = InferenceStart.Noisy(given, 2) });
        SamplingTwins.ShouldBeTheSame(noisy, continued.Numbers(), true, "noisy");

        // One example for all samples, in batches.
        using Tensor repeated = data[0].unsqueeze(0).repeat(3, 1, 1, 1);
        using Tensor variations = tensors.Reconstruct(repeated, 4, new PerSampleNoise(5), 4);
        float[] shared = spans.Sample(request with { Start = InferenceStart.Clean(given.AsMemory(0, 32), 4) });
        SamplingTwins.ShouldBeTheSame(shared, variations.Numbers(), false, "shared");
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(10, 1)]
    public void Sample_Inpainting_EqualsTheTensorEngine(int jump, int resamples)
    {
        var options = new InpaintingOptions { JumpLength = jump, Resamples = resamples };
        using Tensor triangle = ones(4, 4).tril().to(ScalarType.Bool), single = rand([2, 4, 4], generator: new Generator(1)) > 0.5,
            all = rand([3, 2, 4, 4], generator: new Generator(2)) > 0.5;
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Ddpm, SpanSamplingTests.Whole(process));
        foreach (Tensor mask in (Tensor[])[triangle, single, all])
        {
            using Tensor expected =
                new InpaintingSampler(network, process, options).Inpaint(data, mask, new PerSampleNoise(5), firstSample: 2);
            bool[] known = [.. mask.bytes.ToArray().Select(value => value != 0)];
            var inpainting = new InferenceInpainting(data.Numbers(), known) { Options = options };
            var request = new InferenceRequest { Count = 3, Seed = 5, FirstSample = 2, Inpainting = inpainting };
            float[] filled = spans.Sample(request);
            SamplingTwins.ShouldBeTheSame(filled, expected.Numbers(), true, $"a mask of {known.Length}");
            SamplingTwins.ShouldBeTheSame(spans.Sample(request with { BatchSize = 1 }), filled, false, "one at a time");
        }
    }

    [Fact]
    public void Batches_AnySizeAndSkip_GiveTheSamplesOfTheTensorEngine()
    {
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Ddpm, SpanSamplingTests.Whole(process));
        var sampler = new DdpmSampler(network, process);
        var skip = new HashSet<long> { 1, 4 };
        foreach (int size in (int[])[1, 2, 3, 64])
        {
            SamplingRequest request = SpanSamplingTests.Request(Shape, 7) with { BatchSize = size, Skip = skip };
            InferenceBatch[] actual = [.. spans.Batches(new InferenceRequest { Count = 7, Seed = 5, BatchSize = size, Skip = skip })];
            int index = 0;
            foreach (SampleBatch expected in sampler.Batches(request))
            {
                using (expected)
                {
                    actual[index].Indices.Should().Equal(expected.Indices);
                    SamplingTwins.ShouldBeTheSame(actual[index].Samples.Span, expected.Samples.Numbers(), true, $"batches of {size}");
                }

                index++;
            }

            actual.Should().HaveCount(index);
        }
    }

    [Fact]
    public void Steps_EveryState_EqualsTheTensorEngine()
    {
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Pndm, SpanSamplingTests.Whole(process));
        (int, int, float[], float[])[] actual =
        [
            .. spans.Steps(new InferenceRequest { Count = 2, Seed = 5 })
                .Select(state => (state.Step, state.Timestep, state.X.ToArray(), state.X0.ToArray())),
        ];
        int index = 0;
        foreach (SamplingState expected in new PndmSampler(network, process).Steps(SpanSamplingTests.Request(Shape, 2)))
        {
            (int step, int timestep, float[] x, float[] x0) = actual[index++];
            (step, timestep).Should().Be((expected.Step, expected.Timestep));
            SamplingTwins.ShouldBeTheSame(x, expected.X.Numbers(), true, $"x after step {step}");
            if (expected.X0 is null) x0.Should().BeEmpty();
            else SamplingTwins.ShouldBeTheSame(x0, expected.X0.Numbers(), true, $"x0 of step {step}");
        }

        actual.Should().HaveCount(index);
    }

    [Fact]
    public void Sample_ProgressAndPreviews_EqualTheTensorEngine()
    {
        using InferenceSampler spans = model.CreateSampler(SamplingMethod.Ddim, SpanSamplingTests.Whole(process));
        List<(long, long, int, int)> expected = [], actual = [];
        List<(int, float)> expectedPreviews = [], previews = [];
        using Tensor samples = new DdimSampler(network, process).Sample(
            SpanSamplingTests.Request(Shape, 3) with
            {
                BatchSize = 2,
                PreviewEvery = 3,
                Preview = state => expectedPreviews.Add((state.Step, state.X0!.Numbers()[0])),
            },
            new Relay<SamplingProgress>(p => expected.Add((p.StepsDone, p.StepsTotal, p.SamplesDone, p.SamplesTotal))));
        spans.Sample(
            new InferenceRequest
            {
                Count = 3,
                Seed = 5,
                BatchSize = 2,
                PreviewEvery = 3,
                Preview = state => previews.Add((state.Step, state.X0.Span[0])),
            },
            new Relay<SamplingProgress>(p => actual.Add((p.StepsDone, p.StepsTotal, p.SamplesDone, p.SamplesTotal))));
        actual.Should().Equal(expected).And.HaveCount(16);
        previews.Should().Equal(expectedPreviews).And.HaveCount(6);
    }

    [Fact]
    public void Load_SavedFolder_SamplesAsTheTensorEngine()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var trained = new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.4));
            ModelFolder.Save(folder, network, trained);
            using TrainedModel tensors = ModelFolder.Load(folder);
            ReverseDiffusion respaced = KnownSamplers.Ddim.Respace(tensors.Process, 5);
            using Tensor expected = new DdimSampler(tensors.Network, respaced).Sample(SpanSamplingTests.Request(Shape, 2));
            using InferenceModel loaded = InferenceModel.Load(folder);
            using InferenceSampler sampler = loaded.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 5 });
            float[] actual = sampler.Sample(new InferenceRequest { Count = 2, Seed = 5 });
            SamplingTwins.ShouldBeTheSame(actual, expected.Numbers(), true, "a folder");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
