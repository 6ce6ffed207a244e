using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Networks;

/// <summary>Against values computed with diffusers' UNet2DModel.</summary>
public sealed class UNetGoldenTests
{
    private static readonly JsonElement Variants = Load("04_unet_small_variants.json").GetProperty("variants");

    public static TheoryData<string> Names => new(Variants.EnumerateArray().Select(variant => variant.GetProperty("name").GetString()!));

    [Theory]
    [InlineData("cifar10", 328, 35_746_307)]
    [InlineData("celebahq256", 450, 113_673_219)]
    public void StateDict_PaperNetworks_HaveThePublishedKeysShapesAndOrder(string name, int tensors, long parameters)
    {
        JsonElement golden = Load($"04_unet_{name}_keys.json");
        UNetOptions options = name == "cifar10" ? UNetOptions.Cifar10 : UNetOptions.CelebAHq256;
        using var network = new UNet(options);
        Dictionary<string, Tensor> state = network.state_dict();

        state.Keys.Should().Equal(golden.GetProperty("tensors").EnumerateArray().Select(entry => entry.GetProperty("key").GetString()!));
        foreach (JsonElement entry in golden.GetProperty("tensors").EnumerateArray())
        {
            string key = entry.GetProperty("key").GetString()!;
            state[key].shape.Should().Equal(entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), key);
        }

        state.Count.Should().Be(tensors);
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(parameters);
        UNet.CountParameters(options).Should().Be(parameters);
        // The published config.json is what is written, and what is written is read.
        JsonObject written = UNetConfiguration.Write(options),
            published = JsonNode.Parse(golden.GetProperty("config").GetRawText())!.AsObject();
        foreach ((string key, JsonNode? value) in published)
        {
            if (key.StartsWith('_') || !written.ContainsKey(key)) continue;
            Same(value, written[key]).Should().BeTrue("{0}: {1} and {2}", key, value?.ToJsonString(), written[key]?.ToJsonString());
        }

        UNetConfiguration.Read(Reader(written)).Should().Be(options);
    }

    [Fact]
    public void CountParameters_LargeAndLearnedVariance_ArePublished()
    {
        UNet.CountParameters(UNetOptions.Lsun256Large).Should().Be(255_677_955);
        UNet.CountParameters(UNetOptions.Mnist28).Should().Be(6_469_889, "its documentation says so");
        UNet.CountParameters(UNetOptions.Cifar10 with { OutChannels = 6 }).Should().Be(35_749_766);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_ClosedFormWeights_GivesThePublishedOutput(string name)
    {
        JsonElement variant = Variants.EnumerateArray().Single(candidate => candidate.GetProperty("name").GetString() == name);
        var configuration = JsonNode.Parse(variant.GetProperty("config").GetRawText())!.AsObject();
        configuration["_class_name"] = "UNet2DModel";
        using var network = ClosedForm(UNetConfiguration.Read(Reader(configuration)));
        network.state_dict().Keys.Should().Equal(variant.GetProperty("keys").EnumerateArray().Select(entry => entry[0].GetString()!));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(variant.GetProperty("parameter_count").GetInt64());

        foreach (JsonElement result in variant.GetProperty("results").EnumerateArray())
        {
            long[] t = [.. result.GetProperty("t").EnumerateArray().Select(each => each.GetInt64())];
            JsonElement expected = result.GetProperty("output");
            using Tensor x = GoldenRandom.Fill(GoldenRandom.Normal, "unet_x", t.Length, network.Options.InChannels, 16, 16).to(float32);
            using Tensor index = tensor(t);
            using Tensor output = network.Predict(x, index).to(float64);
            double[] values = output.data<double>().ToArray();

            output.shape.Should().Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
            Close(values[..8], expected.GetProperty("first"));
            Close(values[^8..], expected.GetProperty("last"));
            values.Min().Should().BeApproximately(expected.GetProperty("min").GetDouble(), 2e-5);
            values.Max().Should().BeApproximately(expected.GetProperty("max").GetDouble(), 2e-5);
            values.Average().Should().BeApproximately(expected.GetProperty("mean").GetDouble(), 2e-5);
            values.Average(Math.Abs).Should().BeApproximately(expected.GetProperty("abs_sum").GetDouble() / values.Length, 2e-5);
        }
    }

    [Fact]
    public void Backward_ClosedFormWeights_GivesThePublishedLossAndGradients()
    {
        JsonElement golden = Load("05_gradients.json");
        using UNet network = ClosedForm(new UNetOptions
        {
            Height = 16,
            Width = 16,
            InChannels = 1,
            OutChannels = 1,
            BaseChannels = 32,
            ChannelMultipliers = [1, 2],
            BlocksPerLevel = 1,
            AttentionResolutions = [8],
            NormGroups = 8,
            Dropout = 0,
        });
        using Tensor x0 = GoldenRandom.Fill(GoldenRandom.Pixel, "grad_x0", 4, 1, 16, 16).to(float32),
            eps = GoldenRandom.Fill(GoldenRandom.Normal, "grad_eps", 4, 1, 16, 16).to(float32);

        using Tensor each = new SimpleObjective(new ReverseDiffusion(new LinearSchedule()))
            .Loss(network, x0, new long[] { 0, 100, 500, 999 }, eps);
        using Tensor loss = each.mean();
        loss.backward();

        double expectedLoss = golden.GetProperty("loss_f64").GetDouble();
        loss.item<float>().Should().BeApproximately((float)expectedLoss, (float)(2e-6 * expectedLoss));
        Dictionary<string, Tensor> gradients = network.named_parameters()
            .ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter.grad!);
        int compared = 0;
        foreach (JsonElement entry in golden.GetProperty("parameters").EnumerateArray())
        {
            double norm = entry.GetProperty("grad_l2").GetDouble();
            if (norm < 1e-10) continue; // softmax ignores a constant added to every key: rounding noise only
            string key = entry.GetProperty("key").GetString()!;
            gradients[key].to(float64).norm().item<double>().Should().BeApproximately(norm, 2e-4 * norm, key);
            compared++;
        }

        compared.Should().BeGreaterThan(50);
    }

    [Fact]
    public void Sinusoid_PublishedCases_Agree()
    {
        foreach (JsonElement golden in Load("04_time_embedding.json").GetProperty("cases").EnumerateArray())
        {
            using Tensor t = tensor(golden.GetProperty("t").EnumerateArray().Select(each => each.GetInt64()).ToArray());
            using Tensor embedding = TorchOperations.Sinusoid(
                new SinusoidOperation(
                    golden.GetProperty("dim").GetInt32(),
                    golden.GetProperty("downscale_freq_shift").GetDouble(),
                    golden.GetProperty("flip_sin_to_cos").GetBoolean()),
                t);
            int row = 0;
            foreach (JsonElement first in golden.GetProperty("rows_first6").EnumerateArray())
            {
                double[] actual = [.. embedding[row++].data<float>().ToArray().Take(first.GetArrayLength()).Select(value => (double)value)];
                double[] expected = [.. first.EnumerateArray().Select(value => value.GetDouble())];
                actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1.5e-4);
            }
        }
    }

    /// <summary>
    /// The network whose weights follow from their names: u·1.5/√fan-in for weights, 1 + 0.1 u for norms, 0.1 u for biases.
    /// </summary>
    internal static UNet ClosedForm(UNetOptions options)
    {
        var network = new UNet(options with { Dropout = 0 });
        using var noGradient = no_grad();
        foreach ((string key, Tensor parameter) in network.state_dict())
        {
            using Tensor u = GoldenRandom.Fill(GoldenRandom.Uniform, key, parameter.shape);
            double fanIn = parameter.numel() / (double)parameter.size(0);
            using Tensor value = parameter.dim() >= 2
                ? u * (1.5 / Math.Sqrt(fanIn))
                : key.EndsWith(".weight", StringComparison.Ordinal)
                ? u * 0.1 + 1
                : u * 0.1;
            parameter.copy_(value);
        }

        return network;
    }

    private static JsonElement Load(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine("Goldens", file))).RootElement;

    private static void Close(double[] actual, JsonElement expected) =>
        actual.Zip(expected.EnumerateArray().Select(value => value.GetDouble()), (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(2e-5);

    // 1 and 1.0 are the same number.
    private static bool Same(JsonNode? left, JsonNode? right) =>
        left is JsonValue a && right is JsonValue b && a.GetValueKind() == JsonValueKind.Number && b.GetValueKind() == JsonValueKind.Number
            ? double.Parse(a.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
                .Equals(double.Parse(b.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture))
            : JsonNode.DeepEquals(left, right);

    private static ConfigurationReader Reader(JsonObject json) =>
        ConfigurationReader.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "config.json");
}
