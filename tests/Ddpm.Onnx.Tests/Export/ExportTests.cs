using System.Globalization;
using Ddpm.Models.Tests.Inference;
using Ddpm.Models.Tests.Inference.Plans;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Export;

/// <summary>ONNX Runtime's answers are the networks'.</summary>
public sealed class ExportTests : IDisposable
{
    private const double Tolerance = 2e-5;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Presets => ["Cifar10", "Lsun256", "Lsun256Large", "Mnist28"];

    // DDPM_ONNX_COUNT draws more of them.
    private static int Count => int.TryParse(
        Environment.GetEnvironmentVariable("DDPM_ONNX_COUNT"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 24;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Presets))]
    public void Save_EveryPresetInSmall_GivesTheNetworksAnswer(string preset)
    {
        var whole = (UNetOptions)typeof(UNetOptions).GetProperty(preset)!.GetValue(null)!;
        UNetOptions small = whole with
        {
            BaseChannels = whole.BaseChannels / 8,
            NormGroups = whole.NormGroups / 8,
            Height = whole.Divisor * 2,
            Width = whole.Divisor * 2,
            AttentionResolutions = [whole.Divisor],
        };
        Check(small, 1, GraphOptimizationLevel.ORT_DISABLE_ALL).Should().BeLessThan(Tolerance);
        Check(small, 2).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Save_RandomOptions_GivesTheNetworksAnswer()
    {
        double largest = 0;
        for (int seed = 0; seed < Count; seed++)
        {
            UNetOptions options = RandomUNet.Of(seed);
            double error = Check(options, seed, seed % 2 == 0
                ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL);
            error.Should().BeLessThan(Tolerance, "seed {0}: {1}", seed, options);
            largest = Math.Max(largest, error);
        }

        largest.Should().BePositive();
    }

    [Fact]
    public void Save_RandomOperations_GivesTheNetworksAnswer()
    {
        for (int seed = 0; seed < Count; seed++)
        {
            var description = new RandomNetwork(seed);
            using var network = new DescribedNetwork(description, seed);
            network.eval();
            using var scope = NewDisposeScope();
            int[] sizes = description.SpatialDimensions switch { 2 => [6, 10], 1 => [14], _ => [] };
            bool any = seed % 4 < 2 && sizes.Length > 0;
            var options = new OnnxExportOptions
            {
                SampleShape = any ? null : [description.InChannels, .. sizes],
                BatchSize = seed % 5 == 0 ? 3 : null,
            };
            string path = folder.File("random.onnx");
            network.SaveOnnx(path, null, options);
            Tensor x = randn([3, description.InChannels, .. sizes.Select(size => (long)size)], float32,
                generator: new Generator((ulong)seed));
            Tensor t = tensor(new[] { 0L, 500, 999 });
            Tensor? labels = description.ClassCount > 0 ? tensor(new[] { 2L, 0, 1 }) : null;
            var given = new BatchConditions(labels, description.Given([.. sizes.Select(size => (long)size)]));
            OnnxRuntimeAnswer.Error(path, network, x, t, given).Should().BeLessThan(Tolerance, "seed {0}", seed);
        }
    }

    [Fact]
    public void Save_Mlp_GivesTheNetworksAnswer()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 3, Outputs = 6, Width = 32, TimeChannels = 9 }, 3);
        network.eval();
        string path = folder.File("mlp.onnx");
        network.SaveOnnx(path).Metadata.SampleShape!.Value.Should().Equal(3);
        using Tensor x = randn([5, 3]), t = arange(5, int64);
        OnnxRuntimeAnswer.Error(path, network, x, t, default).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Save_AnySize_TakesOtherSizes()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        string path = folder.File("any.onnx");
        network.SaveOnnx(path, null, new OnnxExportOptions { AnySize = true });
        using Tensor x = randn([2, 2, 12, 20]), t = tensor(new[] { 3L, 900 });
        OnnxRuntimeAnswer.Error(path, network, x, t, default).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void Save_LabelOfNoClass_IsTheRowAfterTheClassesAndTheLast()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = 3 });
        string path = folder.File("classes.onnx");
        network.SaveOnnx(path);
        using Tensor x = randn([3, 2, 16, 16]), t = tensor(new[] { 3L, 900, 20 }), none = tensor(new[] { -1L, 2, -1 }),
            row = tensor(new[] { 3L, 2, 3 });
        OnnxRuntimeAnswer.Error(path, network, x, t, new(none)).Should().BeLessThan(Tolerance);
        using Tensor first = OnnxRuntimeAnswer.Of(path, x, t, new(none)), second = OnnxRuntimeAnswer.Of(path, x, t, new(row));
        first.Equals(second).Should().BeTrue();
    }

    [Theory]
    [InlineData(OnnxWeightType.Half, 11)]
    [InlineData(OnnxWeightType.BFloat16, 8)]
    public void Save_WeightsIn16Bits_ErrorIsThatOfTheWeights(OnnxWeightType type, int bits)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = 3 });
        string path = folder.File("narrow.onnx"), full = folder.File("full.onnx");
        OnnxExportReport narrow = network.SaveOnnx(path, null, new OnnxExportOptions { WeightType = type });
        OnnxExportReport whole = network.SaveOnnx(full);
        (narrow.Bytes / (double)whole.Bytes).Should().BeInRange(0.5, 0.65);
        using Tensor x = randn([2, 2, 16, 16]), t = tensor(new[] { 3L, 900 }), labels = tensor(new[] { 0L, 2 });
        // Against the network whose weights were rounded so: the arithmetic is float32's. Norms and biases are stored whole.
        double error = OnnxRuntimeAnswer.Error(path, network, x, t, new(labels));
        Round(network, type);
        double rounded = OnnxRuntimeAnswer.Error(path, network, x, t, new(labels));
        rounded.Should().BeLessThan(Tolerance);
        error.Should().BeInRange(rounded, 200 * Math.Pow(2, -bits));
    }

    [Fact]
    public void Save_ModelAboveTheLimit_HasItsWeightsBesideIt()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        string path = folder.File("large.onnx");
        OnnxExportReport report = network.SaveOnnx(path, null, new OnnxExportOptions { LargestFile = 100_000 });
        report.Files.Select(Path.GetFileName).Should().Equal("large.onnx.data", "large.onnx", "large.onnx.json", "large.onnx.md");
        report.Bytes.Should().BeGreaterThan(4 * report.Parameters).And.BeLessThan(8 * report.Parameters);
        new FileInfo(path).Length.Should().BeLessThan(100_000);
        using Tensor x = randn([2, 2, 16, 16]), t = tensor(new[] { 3L, 900 });
        OnnxRuntimeAnswer.Error(path, network, x, t, default).Should().BeLessThan(Tolerance);
    }

    private static void Round(UNet network, OnnxWeightType type)
    {
        ScalarType stored = type == OnnxWeightType.Half ? ScalarType.Float16 : ScalarType.BFloat16;
        using var noGradient = no_grad();
        foreach ((string name, Tensor weight) in network.state_dict())
        {
            if (name.EndsWith("bias", StringComparison.Ordinal) || weight.dim() == 1) continue;
            using Tensor narrow = weight.to(stored), wide = narrow.to(float32);
            weight.copy_(wide);
        }
    }

    private double Check(UNetOptions options, int seed, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using UNet network = LoudNetworks.Create(options, seed);
        using var scope = NewDisposeScope();
        string path = folder.File("unet.onnx");
        network.SaveOnnx(path);
        long[] sizes = options.IsSignal ? [options.Height] : [options.Height, options.Width];
        Tensor x = randn([2, options.InChannels, .. sizes], float32, generator: new Generator((ulong)seed));
        Tensor t = tensor(new[] { seed % 1000L, 999 });
        Tensor? labels = options.ClassCount is { } count ? tensor(new[] { 0L, count - 1 }) : null;
        return OnnxRuntimeAnswer.Error(path, network, x, t, new(labels), level);
    }
}
