using Ddpm.Core;
using Ddpm.Models.Tests.Inference;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Conditions;

/// <summary>A U-Net that is given an image and a vector beside x_t: compiled, in files, on spans, fine-tuned, wrongly used.</summary>
public sealed class ConditionedUNetTests : IDisposable
{
    private static readonly UNetOptions Plain = SmallNetwork.Options with { Width = 4, Dropout = 0, ClassCount = 3 };

    private static readonly UNetOptions Conditioned = Plain with
    {
        Conditions = [NetworkCondition.Spatial("low", 2), NetworkCondition.Vector("facts", 3)],
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-conditions-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Predict_Compiled_IsTheNetworksAnswer(bool signals, bool sameTimes)
    {
        using UNet network = SamplingTwins.Loud(new UNet(Conditioned with { IsSignal = signals }));
        using var scope = NewDisposeScope();
        long[] sizes = signals ? [8] : [8, 4];
        Tensor x = Normal(1, [3, 1, .. sizes]), t = tensor(sameTimes ? [9L, 9, 9] : new[] { 3L, 700, 9 });
        BatchConditions given = new(tensor(new[] { 1L, 1, 1 }), Given(3, sizes));
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        var model = (IConditionalEpsilonModel)compiled.Model;
        Tensor expected = network.Predict(x, t, given), actual = model.Predict(x, t, given);
        Near(actual, expected);
        // Every number of every condition tells.
        foreach (string name in given.Tensors.Keys)
        {
            var other = new Dictionary<string, Tensor>(given.Tensors) { [name] = zeros_like(given.Tensors[name]) };
            Tensor changed = model.Predict(x, t, new BatchConditions(given.Labels, other));
            (changed - expected).abs().max().item<float>().Should().BeGreaterThan(1e-3f, name);
            Near(changed, network.Predict(x, t, new BatchConditions(given.Labels, other)));
        }
    }

    [Fact]
    public void Predict_InBFloat16_IsNearTheNetworksAnswer()
    {
        using UNet network = SamplingTwins.Loud(new UNet(Conditioned));
        using var scope = NewDisposeScope();
        Tensor x = Normal(1, [3, 1, 8, 4]), t = tensor(new[] { 3L, 700, 9 });
        BatchConditions given = new(tensor(new[] { 1L, 0, -1 }), Given(3, [8, 4]));
        Tensor expected = network.Predict(x, t, given);
        network.Inference = new InferenceOptions { ComputeType = ScalarType.BFloat16 };
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        Tensor actual = ((IConditionalEpsilonModel)compiled.Model).Predict(x, t, given);
        double error = (actual - expected).abs().max().item<float>() / expected.abs().max().item<float>();
        error.Should().BeLessThan(0.05);
    }

    [Fact]
    public void Predict_ConditionsThatDoNotFit_AreNamed()
    {
        using var network = new UNet(Conditioned);
        network.eval();
        using var scope = NewDisposeScope();
        Tensor x = Normal(1, [3, 1, 8, 4]), t = zeros([3], int64);
        void Refused(Dictionary<string, Tensor>? given, string message) => network
            .Invoking(n => n.Predict(x, t, new BatchConditions(null, given)))
            .Should().Throw<ArgumentException>().WithMessage(message);

        FluentActions.Invoking(() => network.Predict(x, t)).Should().Throw<ArgumentException>().WithMessage(
            "conditions must have \"low\", floating-point numbers of [3, 2, 8, 4], but it is missing; zeros stand for a condition *");
        Refused(new(Given(3, [8, 4])) { ["facts"] = zeros(3, 2) },
            "conditions must have \"facts\", floating-point numbers of [3, 3], but it is Float32 [3, 2].*");
        Refused(new(Given(3, [8, 4])) { ["hue"] = zeros(3, 2) },
            "conditions must be those of the network (low, facts), but have \"hue\".*");
        Refused(Given(2, [8, 4]), "conditions must have \"low\", floating-point numbers of [3, 2, 8, 4], but it is Float32 [2, 2, 8, 4].*");
        FluentActions.Invoking(() => new UNet(Plain with { Conditions = [.. Conditioned.Conditions, .. Conditioned.Conditions] }))
            .Should().Throw<ArgumentException>().WithMessage("*Conditions must have different names, but \"low\" is given twice*");
    }

    [Fact]
    public void Save_ThenLoad_KeepsTheConditions()
    {
        using UNet network = SamplingTwins.Loud(new UNet(Conditioned));
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.3)));
        using TrainedModel model = ModelFolder.Load(folder.FullName);
        model.Network.Options.Should().Be(Conditioned);
        string json = File.ReadAllText(Path.Combine(folder.FullName, "unet", "config.json"));
        json.Should().Contain("\"in_channels\": 3", "to diffusers the image is two more channels of the input");
        using var scope = NewDisposeScope();
        Tensor x = Normal(1, [2, 1, 8, 4]), t = tensor(new[] { 3L, 17 });
        var given = new BatchConditions(tensor(new[] { 2L, 0 }), Given(2, [8, 4]));
        model.Network.Predict(x, t, given).Equals(network.Predict(x, t, given)).Should().BeTrue();

        File.WriteAllText(Path.Combine(folder.FullName, "unet", "config.json"), json.Replace("\"spatial\"", "\"sound\""));
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*config.json: conditions.low.kind must be spatial or vector, but is sound.");
    }

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(2.5, false)]
    [InlineData(2.5, true)]
    public void Sample_OnSpans_IsWhatTensorsGive(double guidance, bool keeps)
    {
        using UNet network = SamplingTwins.Loud(new UNet(Conditioned));
        ReverseDiffusion process = new(new LinearSchedule(6, 1e-3, 0.3));
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> given = Given(2, [8, 4]);
        string[] kept = keeps ? ["low"] : [];
        using Tensor expected = new DdimSampler(new GuidedModel(network, guidance, kept: kept), process).Sample(new SamplingRequest
        {
            SampleShape = [1, 8, 4],
            Noise = new PerSampleNoise(5),
            Labels = [2, 0],
            Conditions = given,
            SamplesPerLabel = 3,
            BatchSize = 4,
        });
        using InferenceModel model = SamplingTwins.Model(network, process, [1, 8, 4]);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 6 });
        var request = new InferenceRequest
        {
            Seed = 5,
            Labels = [2, 0],
            Conditions = given.ToDictionary(pair => pair.Key, pair => (ReadOnlyMemory<float>)pair.Value.Numbers()),
            SamplesPerLabel = 3,
            BatchSize = 4,
            GuidanceScale = guidance,
            KeptConditions = kept,
        };
        float[] actual = sampler.Sample(request);
        ((ReadOnlySpan<float>)actual).ShouldBeTheSame(expected.Numbers(), bits: false, $"guidance {guidance}");

        sampler.Invoking(s => s.Sample(request with { Conditions = null })).Should().Throw<ArgumentException>()
            .WithMessage("Conditions must have \"low\", 64 numbers for each row, with as many rows that 3 samples of each make Count *");
        sampler.Invoking(s => s.Sample(request with { KeptConditions = ["hue"] })).Should().Throw<ArgumentException>()
            .WithMessage("Conditions must be those of the network (low, facts), but have \"hue\".*");
    }

    [Fact]
    public void InitializeFrom_NetworkWithoutConditions_BeginsAsThatNetwork()
    {
        using UNet source = SamplingTwins.Loud(new UNet(Plain));
        using var target = new UNet(Plain with { Conditions = [NetworkCondition.Spatial("low", 2)] }, 4);
        TransferReport report = target.InitializeFrom(source);
        report.Kept.Should().BeEmpty();
        target.eval();
        using var scope = NewDisposeScope();
        Tensor x = Normal(1, [2, 1, 8, 4]), t = tensor(new[] { 3L, 17 }), labels = tensor(new[] { 2L, 0 });
        Tensor low = Normal(2, [2, 2, 8, 4]);
        var shown = new BatchConditions(labels, new Dictionary<string, Tensor> { ["low"] = low });
        Near(target.Predict(x, t, shown), source.Predict(x, t, labels));

        using UNet trained = SamplingTwins.Loud(new UNet(Conditioned)), again = new(Conditioned, 4);
        again.InitializeFrom(trained).ParametersTaken.Should().Be(UNet.CountParameters(Conditioned));
        again.eval();
        var given = new BatchConditions(labels, Given(2, [8, 4]));
        Near(again.Predict(x, t, given), trained.Predict(x, t, given));
    }

    private static Dictionary<string, Tensor> Given(int batch, long[] sizes) => new()
    {
        ["low"] = Normal(2, [batch, 2, .. sizes]),
        ["facts"] = Normal(3, [batch, 3]),
    };

    private static Tensor Normal(ulong seed, long[] shape) => randn(shape, float32, generator: new Generator(seed));

    private static void Near(Tensor actual, Tensor expected) =>
        (actual - expected).abs().max().item<float>().Should().BeLessThan(1e-5f * Math.Max(1, expected.abs().max().item<float>()));
}
