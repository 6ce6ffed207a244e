using System.Net.Http.Json;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Inference;
using static TorchSharp.torch;

namespace Ddpm.Web.Tests.Http;

/// <summary>A trained network with conditions, saved, served and asked over HTTP.</summary>
public sealed class ConditionTests
{
    [Fact]
    public async Task Samples_OfASavedModelWithConditions_AreThoseOfTheSamplers()
    {
        await using ConditionalServer server = await ConditionalServer.StartAsync(
            classes: 3, NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("size", 2));
        byte[] pixels = [.. Enumerable.Range(0, 64).Select(i => (byte)(4 * i))];
        using var png = new MemoryStream();
        PngEncoder.Write(png, pixels, 8, 8, 1);
        float[][] sizes = [[0.5f, -1], [2, 0], [0.25f, 3]];
        JsonElement answer = await (await server.Client.PostAsJsonAsync("/api/samples", new
        {
            sampler = "ddim",
            steps = 5,
            count = 3,
            seed = 7,
            label = 1,
            guidance = 1.5,
            conditions = new { low = png.ToArray(), size = sizes },
            keptConditions = new[] { "low" },
        })).Content.ReadFromJsonAsync<JsonElement>();
        byte[][] served = [.. answer.GetProperty("images").EnumerateArray().Select(image => image.GetBytesFromBase64())];
        served.Should().HaveCount(3);

        // On spans, to the bit.
        float[] low = [.. pixels.Select(pixel => (pixel / 127.5f) - 1)], size = [.. sizes.SelectMany(row => row)];
        using InferenceModel model = InferenceModel.Load(server.Folder);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 5 });
        var request = new InferenceRequest
        {
            Seed = 7,
            Labels = [1, 1, 1],
            Conditions = new Dictionary<string, ReadOnlyMemory<float>> { ["low"] = (float[])[.. low, .. low, .. low], ["size"] = size },
            GuidanceScale = 1.5,
            KeptConditions = ["low"],
        };
        float[] spans = sampler.Sample(request);

        // With libtorch below the samplers on spans, as for a GPU.
        using InferenceModel libtorch = TensorModel.Load(server.Folder, "cpu");
        using InferenceSampler above = libtorch.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 5 });
        above.Sample(request).Zip(spans).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-3);

        // On tensors, with the network that was saved.
        using Tensor first = tensor(low).reshape(1, 1, 8, 8).repeat(3, 1, 1, 1), second = tensor(size).reshape(3, 2);
        var guided = new GuidedModel(server.Network, 1.5, kept: ["low"]);
        using Tensor tensors = new DdimSampler(guided, ConditionalServer.Process.Respace(5)).Sample(new SamplingRequest
        {
            SampleShape = [1, 8, 8],
            Noise = new PerSampleNoise(7),
            Labels = [1, 1, 1],
            Conditions = new Dictionary<string, Tensor> { ["low"] = first, ["size"] = second },
        });
        using Tensor bytes = PixelConversion.ToBytes(tensors);
        byte[] drawn = bytes.data<byte>().ToArray();
        for (int k = 0; k < 3; k++)
        {
            using Tensor image = RunTests.Decode(served[k]);
            byte[] actual = image.data<byte>().ToArray(), expected = new byte[64];
            PixelBytes.FromValues(spans.AsSpan(64 * k, 64), expected);
            actual.Should().Equal(expected, "picture {0} on spans", k);
            actual.Zip(drawn.Skip(64 * k)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1, "picture {0}", k);
            actual.Distinct().Should().HaveCountGreaterThan(8, "it is a picture, {0}", string.Join(" ", actual));
        }
    }
}
