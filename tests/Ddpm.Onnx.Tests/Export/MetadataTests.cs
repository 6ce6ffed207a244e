using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Models.Tests.Inference;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Export;

/// <summary>What a model says of itself, and what an export refuses to write.</summary>
public sealed class MetadataTests : IDisposable
{
    private static readonly UNetDescription Small = new(LoudNetworks.Small with { ClassCount = 2 });
    private readonly TemporaryFolder folder = new();

    public static TheoryData<OnnxExportOptions, string> Wrong => new()
    {
        { new() { WeightType = (OnnxWeightType)9 }, "OnnxExportOptions.WeightType must be a type of stored weights, but is 9.*" },
        { new() { BatchSize = 0 }, "OnnxExportOptions.BatchSize must be null or ≥ 1, but is 0.*" },
        { new() { SampleShape = [2, 15, 16] },
            "OnnxExportOptions.SampleShape must be [2, H, W] with sizes that are positive multiples of 2, but is [2, 15, 16].*" },
        { new() { ClassNames = ["cat"] },
            "OnnxExportOptions.ClassNames must be null, or a name for each of the network's 2 classes, but is 1 names.*" },
        { new() { WeightPrefix = "module." }, "WeightPrefix must be null where weights are given, but is \"module.\".*" },
        { new() { Process = Described(Prediction.Epsilon, "learned_range") },
            "network must put out 4 channels for 2 with the variance learned_range, but puts out 2.*" },
        { new() { Process = Described(Prediction.Epsilon, "fixed") with { Variance = "wide" } }, "variance_type must be *, but is wide.*" },
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Save_WithProcessAndNames_TheModelSaysThem()
    {
        string path = folder.File("model.onnx");
        var process = new ProcessDescription
        {
            Schedule = new CosineSchedule(40),
            Prediction = "v_prediction",
            Variance = "fixed_small",
            Clipping = new ClippingDescription(2, 0.9),
            InitialLogVariance = InitialLogVariance.Floored,
        };
        var options = new OnnxExportOptions { Process = process, ClassNames = ["cat", "dog \"ünï\""] };
        OnnxExport.Save(path, Small, new Ones(Small), options);
        using var model = new OnnxEpsilonModel(path);
        OnnxMetadata metadata = model.Metadata;
        metadata.Library.Should().StartWith("Ddpm.NET ");
        metadata.SampleShape!.Value.Should().Equal(2, 16, 16);
        metadata.ClassNames.Should().BeEquivalentTo(options.ClassNames, names => names.WithStrictOrdering());
        using InferenceModel spans = OnnxInference.Load(path);
        spans.ClassNames!.LabelOf("cat").Should().Be(0);
        (metadata.ClassCount, metadata.HasNullLabel, metadata.SizeMultiple).Should().Be((2, true, 2));
        metadata.Process.Should().BeEquivalentTo(process, compare => compare.Excluding(each => each.Schedule));
        metadata.Process!.Schedule.Should().BeOfType<CosineSchedule>().Which.Timesteps.Should().Be(40);

        // Tables for programs of any language.
        JsonObject json = JsonNode.Parse(File.ReadAllText($"{path}.json"))!.AsObject();
        var coefficients = new DiffusionCoefficients(process.Schedule);
        json["alphas_cumprod"]!.AsArray().Select(value => (double)value!).Should().Equal(coefficients.AlphaBars);
        json["betas"]!.AsArray().Select(value => (double)value!).Should().Equal(coefficients.Betas);
        json["class_names"]![1]!.GetValue<string>().Should().Be("dog \"ünï\"");
    }

    [Fact]
    public void Save_EverySchedule_ComesBackWithTheSameTables()
    {
        IVarianceSchedule[] schedules =
        [
            new LinearSchedule(30), new QuadraticSchedule(30), new SigmoidSchedule(30), new LaplaceSchedule(30),
            new ConstantSchedule(30, 0.1), new ZeroTerminalSnrSchedule(new LinearSchedule(30)),
        ];
        foreach (IVarianceSchedule schedule in schedules)
        {
            var process = new ProcessDescription { Schedule = schedule, Prediction = "v_prediction", Variance = "fixed_large" };
            string path = folder.File("model.onnx");
            OnnxExport.Save(path, Small, new Ones(Small), new OnnxExportOptions { Process = process });
            using var model = new OnnxEpsilonModel(path);
            model.Process!.Coefficients.Betas.Should().Equal(new DiffusionCoefficients(schedule).Betas, schedule.GetType().Name);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Save_WrongOption_NamesItAndWritesNothing(OnnxExportOptions options, string expected)
    {
        FluentActions.Invoking(() => OnnxExport.Save(folder.File("model.onnx"), Small, new Ones(Small), options)).Should()
            .Throw<ArgumentException>().WithMessage(expected);
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_DistilledModel_KeepsItsTimesteps()
    {
        ProcessDescription process = Described(Prediction.Epsilon, "fixed_large") with { Timesteps = [0, 5, 19] };
        string path = folder.File("m.onnx");
        OnnxExport.Save(path, Small, new Ones(Small), new() { Process = process, SampleShape = [2, 16, 16] });
        using var tensors = new OnnxEpsilonModel(path);
        ((RespacedSchedule)tensors.Process!.Coefficients.Schedule).Retained.Should().Equal(0, 5, 19);
        using InferenceModel model = OnnxInference.Load(path);
        model.Schedule.Timesteps.Should().Be(3);
        string card = File.ReadAllText(folder.File("m.onnx.md"));
        card.Should().Contain("for the timesteps 0, 5, 19 alone").And.Contain("times = [19, 5, 0]").And.Contain("Steps = 3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Save_SourceThatFails_LeavesTheOldFiles(bool external)
    {
        string path = folder.File("model.onnx");
        var options = new OnnxExportOptions { LargestFile = external ? 10_000 : OnnxModelFile.LargestMessage };
        OnnxExport.Save(path, Small, new Ones(Small), options);
        Dictionary<string, byte[]> before = Directory.GetFiles(folder.Path).ToDictionary(file => file, File.ReadAllBytes);
        foreach (string failing in (string[])["conv_in.weight", "conv_out.bias"])
        {
            FluentActions.Invoking(() => OnnxExport.Save(path, Small, new Ones(Small) { Failing = failing }, options)).Should()
                .Throw<KeyNotFoundException>();
            FluentActions.Invoking(() => OnnxExport.Save(path, Small, new Ones(Small) { Short = failing }, options)).Should()
                .Throw<InvalidDataException>().WithMessage($"weights must give * numbers for {failing} *, but give 1.");
        }

        Directory.GetFiles(folder.Path).Should().BeEquivalentTo(before.Keys);
        foreach ((string file, byte[] bytes) in before) File.ReadAllBytes(file).Should().Equal(bytes);
    }

    [Fact]
    public void Save_WeightBeyondTheType_NamesIt()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using (no_grad()) network.state_dict()["conv_in.weight"].mul_(1e8f);
        FluentActions.Invoking(() => network.SaveOnnx(folder.File("m.onnx"), null, new() { WeightType = OnnxWeightType.Half })).Should()
            .Throw<NotSupportedException>().WithMessage("WeightType float16 holds numbers of at most 65,504, but conv_in.weight has *");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
        network.SaveOnnx(folder.File("m.onnx"), null, new() { WeightType = OnnxWeightType.BFloat16 }).Files.Should().HaveCount(3);
    }

    [Fact]
    public void Save_ModelFolder_IsTheSameModel()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        var process = new ReverseDiffusion(new LinearSchedule(30));
        string model = folder.File("model");
        ModelFolder.Save(model, network, process);
        OnnxExport.Save(folder.File("a.onnx"), model);
        network.SaveOnnx(folder.File("a2.onnx"), process);
        // The graph carries the file's name.
        File.ReadAllBytes(folder.File("a.onnx")).Length.Should().Be(File.ReadAllBytes(folder.File("a2.onnx")).Length - 1);
        using var first = new OnnxEpsilonModel(folder.File("a.onnx"));
        using Tensor x = randn([1, 2, 16, 16]), t = tensor(new[] { 3L }), actual = first.Predict(x, t);
        using var second = new OnnxEpsilonModel(folder.File("a2.onnx"));
        using Tensor expected = second.Predict(x, t);
        actual.Equals(expected).Should().BeTrue();
    }

    private static ProcessDescription Described(Prediction prediction, string variance) => new()
    {
        Schedule = new LinearSchedule(30),
        Prediction = prediction.ConfigurationName,
        Variance = variance,
    };

    // Weights of 1; one of them may be missing, or too short.
    private sealed class Ones(INetworkDescription network) : IWeightSource
    {
        private readonly ImmutableDictionary<string, long> sizes =
            NetworkGraph.Of(network).Parameters.ToImmutableDictionary(parameter => parameter.Name, parameter => parameter.Count);

        public string? Failing { get; init; }

        public string? Short { get; init; }

        public ReadOnlySpan<float> Read(string name)
        {
            if (name == Failing) throw new KeyNotFoundException(name);
            var numbers = new float[name == Short ? 1 : sizes[name]];
            Array.Fill(numbers, 1);
            return numbers;
        }
    }
}
