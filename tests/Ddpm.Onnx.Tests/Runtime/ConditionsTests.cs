using Ddpm.Models.Tests.Inference;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Runtime;

/// <summary>ONNX models that are given tensors beside x_t draw what their networks draw, on tensors and on spans.</summary>
public sealed class ConditionsTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(6, 1e-3, 0.3));

    private static readonly UNetOptions Conditioned = LoudNetworks.Small with
    {
        Conditions = [NetworkCondition.Spatial("low", 2), NetworkCondition.Vector("facts", 3)],
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("images", 1.0, null)]
    [InlineData("images", 2.5, null)]
    [InlineData("images of classes", 2.5, null)]
    [InlineData("images of classes", 1.0, 4)]
    [InlineData("signals", 2.5, 4)]
    [InlineData("vectors", 2.5, null)]
    public void Sample_UnderConditions_DrawsTheNetworksSamples(string kind, double guidance, int? batch)
    {
        (DescribedNetwork network, long[] shape) = Network(kind);
        using DescribedNetwork owned = network;
        string path = folder.File("model.onnx");
        network.SaveOnnx(path, Process, new OnnxExportOptions { SampleShape = [.. shape.Select(size => (int)size)], BatchSize = batch });
        using var model = new OnnxEpsilonModel(path);
        model.Conditions.Select(condition => (condition.Name, condition.Channels)).Should()
            .BeEquivalentTo(network.Conditions.Select(condition => (condition.Name, condition.Channels)));
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> given = Given(network, 2, shape);
        var request = new SamplingRequest
        {
            SampleShape = shape,
            Noise = new PerSampleNoise(5),
            Labels = network.ClassCount > 0 ? [2, 0] : null,
            Conditions = given,
            SamplesPerLabel = 3,
            BatchSize = 5,
        };
        float[] Draw(IConditionalEpsilonModel of, SamplingRequest from) =>
            new DdimSampler(new GuidedModel(of, guidance, kept: ["low"]), Process).Sample(from).data<float>().ToArray();

        float[] expected = Draw(network, request);
        Near(Draw(model, request), expected);
        var without = request with { Conditions = given.ToDictionary(pair => pair.Key, pair => zeros_like(pair.Value)) };
        Distance(Draw(model, without), expected).Should().BeGreaterThan(0.1f);

        using InferenceModel spans = OnnxInference.Load(path);
        using InferenceSampler sampler = spans.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 6 });
        float[] onSpans = sampler.Sample(new InferenceRequest
        {
            Seed = 5,
            Count = 6,
            Labels = request.Labels,
            Conditions = given.ToDictionary(pair => pair.Key, pair => (ReadOnlyMemory<float>)pair.Value.data<float>().ToArray()),
            SamplesPerLabel = 3,
            BatchSize = 5,
            GuidanceScale = guidance,
            KeptConditions = ["low"],
        });
        Near(onSpans, expected);
    }

    [Fact]
    public void Predict_UnderConditions_IsTheNetworksAnswerAndCheckedAsThere()
    {
        using UNet network = LoudNetworks.Create(Conditioned);
        string path = folder.File("model.onnx");
        network.SaveOnnx(path, Process);
        using var model = new OnnxEpsilonModel(path);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = randn([2, 2, 16, 16]), t = tensor(new[] { 10L, 700 });
        Dictionary<string, Tensor> given = Given(network, 2, [2, 16, 16]);
        var conditions = new BatchConditions(tensors: given);
        float[] expected = network.Predict(x, t, conditions).data<float>().ToArray();
        Near(model.Predict(x, t, conditions).data<float>().ToArray(), expected);
        Near(new ConditionedModel(model, conditions).Predict(x, t).data<float>().ToArray(), expected);
        // Conditions of another type, and not one after the other in memory.
        var turned = given.ToDictionary(pair => pair.Key, pair => pair.Value.to(float64).transpose(0, 1).contiguous().transpose(0, 1));
        Near(model.Predict(x, t, new BatchConditions(tensors: turned)).data<float>().ToArray(), expected);

        model.Invoking(m => m.Predict(x, t)).Should().Throw<ArgumentException>().WithMessage(
            "conditions must have \"low\", floating-point numbers of [2, 2, 16, 16], but it is missing; zeros stand for a condition *");
        given["facts"] = zeros(2, 4);
        model.Invoking(m => m.Predict(x, t, conditions)).Should().Throw<ArgumentException>().WithMessage(
            "conditions must have \"facts\", floating-point numbers of [2, 3], but it is Float32 [2, 4].*");
        given["hue"] = zeros(2, 1);
        model.Invoking(m => m.Predict(x, t, conditions)).Should().Throw<ArgumentException>().WithMessage(
            "conditions must be those of the network (low, facts), but have \"hue\".*");
        using InferenceModel spans = OnnxInference.Load(path);
        using InferenceSampler sampler = spans.CreateSampler(SamplingMethod.Ddim);
        sampler.Invoking(s => s.Sample(new InferenceRequest())).Should().Throw<ArgumentException>()
            .WithMessage("Conditions must have \"low\", 512 numbers for each row, *");
    }

    [Fact]
    public void Load_ConditionsOfOthers_AreSaidByTheInputs()
    {
        string path = folder.File("foreign.onnx");
        OnnxValue[] inputs =
        [
            new("x", OnnxType.Float32, ForeignModel.Shape("?,2,8,8")), new("t", OnnxType.Int64, ForeignModel.Shape("?")),
            new("lr", OnnxType.Float32, ForeignModel.Shape("?,?,8,8")), new("scale", OnnxType.Float32, ForeignModel.Shape("?,1")),
        ];
        ForeignModel.Save(path, inputs);
        var options = new OnnxModelOptions
        {
            ConditionInputs = new Dictionary<string, NetworkCondition>
            {
                ["lr"] = NetworkCondition.Spatial("low", 2),
                ["scale"] = NetworkCondition.Vector("contrast", 1),
            },
        };
        using var model = new OnnxEpsilonModel(path, options);
        model.Conditions.Should().Equal(options.ConditionInputs.Values);
        using var scope = NewDisposeScope();
        Tensor x = randn([3, 2, 8, 8]), low = randn([3, 2, 8, 8]), contrast = randn([3, 1]), t = tensor(new[] { 5L, 6, 7 });
        var given = new Dictionary<string, Tensor> { ["low"] = low, ["contrast"] = contrast };
        Tensor expected = x * 2 + t.reshape(-1, 1, 1, 1) + low + contrast.reshape(-1, 1, 1, 1);
        model.Predict(x, t, new BatchConditions(tensors: given)).allclose(expected).Should().BeTrue();
    }

    [Fact]
    public void Load_InputsThatTakeNoCondition_NamesInputExpectedAndFound()
    {
        string path = folder.File("odd.onnx");
        string Refusal(string name, string shape, NetworkCondition? given = null, string sample = "?,2,8,8")
        {
            ForeignModel.Save(path,
            [
                new("sample", OnnxType.Float32, ForeignModel.Shape(sample)), new("t", OnnxType.Int64, ForeignModel.Shape("?")),
                new(name, OnnxType.Float32, ForeignModel.Shape(shape)),
            ]);
            OnnxModelOptions? options = given is null ? null : new OnnxModelOptions
            {
                ConditionInputs = new Dictionary<string, NetworkCondition> { ["low_res"] = given },
            };
            Exception refused = FluentActions.Invoking(() => new OnnxEpsilonModel(path, options)).Should().Throw<Exception>().Which;
            refused.Should().Match(thrown => thrown is InvalidDataException || thrown is ArgumentException);
            return refused.Message.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }

        NetworkCondition low = NetworkCondition.Spatial("low", 2);
        Refusal("condition_low", "?,?,8,8").Should().Be(
            "odd.onnx does not say how many channels condition_low has: give OnnxModelOptions.ConditionInputs.");
        Refusal("condition_low", "?,1,1,8").Should().Be(
            "odd.onnx: the input of the condition low (spatial, 1) must be condition_low Float [?, 1, 8, 8], but is condition_low Float "
            + "[?, 1, 1, 8].");
        Refusal("low_res", "?,1,8,8", low).Should().Be(
            "odd.onnx: the input of the condition low (spatial, 2) must be low_res Float [?, 2, 8, 8], but is low_res Float [?, 1, 8, 8].");
        Refusal("low_res", "2,2,8,8", low).Should().Contain("must be low_res Float [?, 2, 8, 8], but is low_res Float [2, 2, 8, 8].");
        Refusal("low_res", "?,2", low).Should().Contain("must be low_res Float [?, 2, 8, 8], but is low_res Float [?, 2].");
        Refusal("other", "?,2", low).Should().StartWith(
            "OnnxModelOptions.ConditionInputs must be one of odd.onnx: sample Float [?, 2, 8, 8], t Int64 [?], other Float [?, 2], but is "
            + "\"low_res\".");
        Refusal("condition_1", "?,1,8,8").Should().StartWith("odd.onnx: condition_1: name must be a letter followed by")
            .And.EndWith("Give OnnxModelOptions.ConditionInputs.");
        Refusal("condition_low", "?,2,8,8", low).Should().Contain("but is \"low_res\"");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void Predict_UnderConditions_LeavesNoTensor(int? batch)
    {
        using UNet network = LoudNetworks.Create(Conditioned);
        string path = folder.File("model.onnx");
        network.SaveOnnx(path, null, new OnnxExportOptions { BatchSize = batch });
        using var model = new OnnxEpsilonModel(path);
        using Tensor x = randn([4, 2, 16, 16]), t = arange(4, int64), low = randn([4, 2, 16, 16], float64), facts = randn([4, 3]);
        var given = new BatchConditions(tensors: new Dictionary<string, Tensor> { ["low"] = low, ["facts"] = facts });
        model.Predict(x, t, given).Dispose();
        long tensors = Tensor.TotalCount;
        for (int i = 0; i < 10; i++) model.Predict(x, t, given).Dispose();
        Tensor.TotalCount.Should().Be(tensors);
    }

    private static (DescribedNetwork Network, long[] Shape) Network(string kind)
    {
        if (kind == "vectors")
        {
            var vectors = new DescribedNetwork(new ConditionedVectors(), 3);
            vectors.eval();
            return (vectors, [4]);
        }

        bool signals = kind == "signals";
        int? classes = kind.EndsWith("classes", StringComparison.Ordinal) ? 3 : null;
        return (LoudNetworks.Create(Conditioned with { IsSignal = signals, ClassCount = classes }), signals ? [2, 16] : [2, 16, 16]);
    }

    private static Dictionary<string, Tensor> Given(DescribedNetwork network, long rows, long[] shape)
    {
        var generator = new Generator(7);
        return network.Conditions.ToDictionary(condition => condition.Name, condition => randn(
            [rows, condition.Channels, .. condition.IsVector ? [] : shape[1..]], float32, generator: generator));
    }

    private static void Near(float[] actual, float[] expected) =>
        Distance(actual, expected).Should().BeLessThan(1e-4f * Math.Max(1, expected.Max(Math.Abs)));

    private static float Distance(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        return actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
    }

    /// <summary>A network of vectors with a condition of each kind: in ONNX both have two axes.</summary>
    private sealed class ConditionedVectors : INetworkDescription
    {
        public int SpatialDimensions => 0;

        public int InChannels => 4;

        public IReadOnlyList<NetworkCondition> Conditions { get; } =
            [NetworkCondition.Spatial("low", 2), NetworkCondition.Vector("facts", 3)];

        public Feature Describe(NetworkBuilder net)
        {
            Feature both = net.Concatenate(net.Input, net.Condition("low"));
            Feature time = net.Silu(net.Linear("time", net.Concatenate(net.Sinusoid(8), net.Condition("facts")), 16));
            return net.Linear("out", net.Silu(net.Add(net.Linear("in", both, 16), net.Linear("shift", time, 16))), 4);
        }
    }
}
