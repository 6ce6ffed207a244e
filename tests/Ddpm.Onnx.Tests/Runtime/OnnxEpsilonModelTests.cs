using Ddpm.Models.Tests.Inference;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Runtime;

/// <summary>ONNX models under everything that takes a network.</summary>
public sealed class OnnxEpsilonModelTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule());
    private readonly TemporaryFolder folder = new();

    // Langevin dynamics takes the fewest steps in all, two at each level, with many levels.
    private static int Steps(string sampler) => sampler == SamplingMethod.Langevin.Name ? 50 : 8;

    public static TheoryData<string> Samplers => [.. KnownSamplers.All.Select(entry => entry.Name)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_EverySampler_DrawsTheNetworksPictures(string name)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        string path = folder.File("model.onnx");
        network.SaveOnnx(path, Process);
        using var model = new OnnxEpsilonModel(path);
        SamplerEntry entry = KnownSamplers.Find(name);
        var request = new SamplingRequest { Count = 3, SampleShape = [2, 16, 16], Noise = new PerSampleNoise(4), BatchSize = 2 };
        ReverseDiffusion steps = entry.Respace(model.Process!, Steps(name));
        using Tensor expected = entry.Create(network, entry.Respace(Process, Steps(name))).Sample(request);
        using Tensor actual = entry.Create(model, steps).Sample(request);
        (actual - expected).abs().max().item<float>().Should().BeLessThan(1e-3f * Math.Max(1, expected.abs().max().item<float>()));
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void InferenceSampler_EveryMethod_DrawsThePlansPictures(string name)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = 2 });
        string path = folder.File("model.onnx"), model = folder.File("model");
        network.SaveOnnx(path, Process);
        ModelFolder.Save(model, network, Process);
        SamplingMethod method = SamplingMethod.All.Single(each => each.Name == name);
        var request = new InferenceRequest { Count = 3, Seed = 4, BatchSize = 2, Labels = [0, 1, -1], GuidanceScale = 2 };
        float[] Draw(InferenceModel from)
        {
            using InferenceSampler sampler = from.CreateSampler(method, new InferenceSamplerOptions { Steps = Steps(name) });
            return sampler.Sample(request);
        }

        using InferenceModel plans = InferenceModel.Load(model), runtime = OnnxInference.Load(path);
        float[] expected = Draw(plans), actual = Draw(runtime);
        float largest = Math.Max(1, expected.Max(Math.Abs));
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-3f * largest);
    }

    [Fact]
    public void Predict_Float32AndFloat64_IsTheNetworksAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        string path = folder.File("model.onnx");
        network.SaveOnnx(path, Process);
        using var model = new OnnxEpsilonModel(path);
        using Tensor x = randn([2, 2, 16, 16]), t = tensor(new[] { 10L, 700 });
        using var noGradient = no_grad();
        using Tensor expected = network.Predict(x, t), actual = model.Predict(x, t), doubles = model.Predict(x.to(float64), t);
        (actual - expected).abs().max().item<float>().Should().BeLessThan(2e-5f * expected.abs().max().item<float>());
        doubles.dtype.Should().Be(ScalarType.Float64);
        actual.allclose(doubles.to(float32)).Should().BeTrue();
    }

    [Fact]
    public void Predict_Labels_AreTheNetworksAndCheckedAsThere()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = 3 });
        string path = folder.File("model.onnx");
        network.SaveOnnx(path);
        using var model = new OnnxEpsilonModel(path);
        model.ClassCount.Should().Be(3);
        model.HasNullLabel.Should().BeTrue();
        using Tensor x = randn([2, 2, 16, 16]), t = tensor(new[] { 10L, 700 }), labels = tensor(new[] { -1L, 2 });
        using var noGradient = no_grad();
        using Tensor expected = network.Predict(x, t, labels), actual = model.Predict(x, t, labels);
        using Tensor unlabelled = network.Predict(x, t), none = model.Predict(x, t);
        (actual - expected).abs().max().item<float>().Should().BeLessThan(2e-5f * expected.abs().max().item<float>());
        (none - unlabelled).abs().max().item<float>().Should().BeLessThan(2e-5f * expected.abs().max().item<float>());
        FluentActions.Invoking(() => model.Predict(x, t, tensor(new[] { 0L, 3 }))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("labels must be -1 … 2, -1 for none, but one is 3.*");
        FluentActions.Invoking(() => model.Predict(x, t, tensor(new[] { 0L }))).Should().Throw<ArgumentException>()
            .WithMessage("labels must be int64 [2], one for each example, but are Int64 [1].*");
        FluentActions.Invoking(() => model.Predict(randn([2, 1, 16, 16]), t)).Should().Throw<ArgumentException>()
            .WithMessage("x must be [any, 2, 16, 16] for the input sample of *model.onnx, but is [2, 1, 16, 16].*");
    }

    [Theory]
    [InlineData("x", "?,2,8,8", OnnxType.Int64, "t", "?", 5)]
    [InlineData("sample", "?,2,?,?", OnnxType.Float32, "noise", "?", 3)]
    [InlineData("sample", "2,2,8,8", OnnxType.Int64, "timestep", "2", 5)]
    [InlineData("sample", "4,2,8,8", OnnxType.Float32, "timestep", "4", 3)]
    public void Predict_InputsOfOthers_AreFound(string sample, string shape, object type, string time, string times, int batch)
    {
        string path = folder.File("foreign.onnx");
        ForeignModel.Save(path,
            [new(sample, OnnxType.Float32, ForeignModel.Shape(shape)), new(time, (OnnxType)type, ForeignModel.Shape(times))]);
        using var model = new OnnxEpsilonModel(path);
        model.Process.Should().BeNull();
        using Tensor x = randn([batch, 2, 8, 8]), t = arange(batch, int64);
        using Tensor actual = model.Predict(x, t), expected = x * 2 + t.reshape(-1, 1, 1, 1);
        actual.allclose(expected).Should().BeTrue();
    }

    [Fact]
    public void Predict_OneTimestepForAll_RefusesTwo()
    {
        string path = folder.File("scalar.onnx");
        ForeignModel.Save(path, [new("sample", OnnxType.Float32, ForeignModel.Shape("?,2,8,8")), new("timestep", OnnxType.Int64, [])]);
        using var model = new OnnxEpsilonModel(path);
        using Tensor x = randn([2, 2, 8, 8]), t = tensor(new[] { 4L, 4 });
        using Tensor actual = model.Predict(x, t);
        actual.allclose(x * 2 + 4).Should().BeTrue();
        FluentActions.Invoking(() => model.Predict(x, tensor(new[] { 4L, 5 }))).Should().Throw<ArgumentException>()
            .WithMessage("t must be one timestep for all examples for the input timestep Int64 [] of *scalar.onnx, but differs.*");
    }

    [Fact]
    public void Predict_FractionsForWholeTimesteps_AreRefused()
    {
        string path = folder.File("whole.onnx");
        ForeignModel.Save(path,
            [new("sample", OnnxType.Float32, ForeignModel.Shape("?,2,8,8")), new("t", OnnxType.Int64, ForeignModel.Shape("?"))]);
        using var model = new OnnxEpsilonModel(path);
        using Tensor x = randn([1, 2, 8, 8]), t = tensor(new[] { 4.5f });
        FluentActions.Invoking(() => model.Predict(x, t)).Should().Throw<ArgumentException>()
            .WithMessage("t must be whole numbers for the input t Int64 [?] of *whole.onnx, but one is 4.5.*");
    }

    [Fact]
    public void Load_WhatDoesNotFit_NamesInputExpectedAndFound()
    {
        string path = folder.File("odd.onnx");
        OnnxValue sample = new("sample", OnnxType.Float32, ForeignModel.Shape("?,2,8,8"));
        OnnxValue time = new("timestep", OnnxType.Int64, ForeignModel.Shape("?"));
        OnnxValue text = new("encoder_hidden_states", OnnxType.Float32, ForeignModel.Shape("?"));
        string Refusal(OnnxModelOptions? options, params OnnxValue[] inputs)
        {
            ForeignModel.Save(path, inputs);
            Exception refused = FluentActions.Invoking(() => new OnnxEpsilonModel(path, options)).Should().Throw<Exception>().Which;
            refused.Should().Match(thrown => thrown is InvalidDataException || thrown is ArgumentException);
            return refused.Message.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }

        Refusal(null, sample, time, text).Should().Be(
            "odd.onnx must take x_t, timesteps and perhaps classes and conditions, but also takes encoder_hidden_states Float [?]. If one "
            + "of them takes the classes, give it as OnnxModelOptions.LabelInput; if it takes a condition, in "
            + "OnnxModelOptions.ConditionInputs.");
        Refusal(null, sample, time, time with { Name = "class_labels" }).Should().Be(
            "odd.onnx does not say how many classes its input class_labels takes: give OnnxModelOptions.ClassCount.");
        Refusal(null, sample, sample with { Name = "condition" }).Should().StartWith(
            "odd.onnx must have one input for x_t, float32 [B, C, …], but has sample Float [?, 2, 8, 8], condition Float [?, 2, 8, 8]:");
        Refusal(new OnnxModelOptions { SampleInput = "x" }, sample, time).Should().StartWith(
            "OnnxModelOptions.SampleInput must be one of odd.onnx: sample Float [?, 2, 8, 8], timestep Int64 [?], but is \"x\".");
        Refusal(new OnnxModelOptions { Threads = 0 }, sample, time).Should().StartWith(
            "OnnxModelOptions.Threads must be at least 1, but is 0.");
        Refusal(null, sample with { Shape = ForeignModel.Shape("?,?,8,8") }, time).Should().Be(
            "odd.onnx does not say how many channels sample has: give OnnxModelOptions.InChannels.");
        File.WriteAllText(path, "no model");
        FluentActions.Invoking(() => new OnnxEpsilonModel(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*odd.onnx is no ONNX model that can be loaded: *");
        FluentActions.Invoking(() => new OnnxEpsilonModel(folder.File("none.onnx"))).Should().Throw<FileNotFoundException>()
            .WithMessage("There is no file *none.onnx.");
        ForeignModel.Save(path, [sample, time]);
        FluentActions.Invoking(() => OnnxInference.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*odd.onnx does not say which process it was trained for: give OnnxModelOptions.Process.");
    }

    [Fact]
    public void Predict_TwoHundredTimes_KeepsMemoryFlat()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        string path = folder.File("model.onnx");
        network.SaveOnnx(path);
        using var model = new OnnxEpsilonModel(path);
        using Tensor x = randn([8, 2, 16, 16]), t = arange(8, int64);
        void Predict(int count)
        {
            for (int i = 0; i < count; i++) model.Predict(x, t).Dispose();
        }

        Predict(50);
        long tensors = Tensor.TotalCount, before = Environment.WorkingSet;
        Predict(200);
        Tensor.TotalCount.Should().Be(tensors);
        // Each prediction's tensors have 32 KB: 200 kept ones would be 6.5 MB, and copies in the runtime as much again.
        (Environment.WorkingSet - before).Should().BeLessThan(6_000_000);
    }

    [Fact]
    public void Missing_NativeLibrary_NamesThePackage()
    {
        Exception[] missing = [new DllNotFoundException("onnxruntime"), new TypeInitializationException("x", new DllNotFoundException())];
        foreach (Exception exception in missing)
        {
            FluentActions.Invoking(() => NativeRuntime.Require<int>(() => throw exception)).Should().Throw<InvalidOperationException>()
                .WithMessage("ONNX Runtime's native library is missing*: add the * Microsoft.ML.OnnxRuntime * 1.31.1 to the program.");
        }
    }
}
