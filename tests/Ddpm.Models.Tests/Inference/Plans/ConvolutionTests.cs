using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models.Tests.Inference.Plans;

/// <summary>Convolutions of plans against libtorch's in float64.</summary>
public sealed class ConvolutionTests
{
    // Images, channels in and out, height, width: pixels and tiles that fill blocks and do not, one pixel, odd sides, channels beside whole
    // vectors. The last three have large tiles that fill the image and do not, and more channels than a second cache holds tiles of.
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 1, 3, 16, 4, 4 }, { 2, 16, 32, 8, 6 }, { 1, 20, 60, 7, 5 }, { 3, 33, 48, 1, 1 }, { 1, 128, 3, 9, 16 }, { 2, 64, 96, 16, 16 },
            { 5, 7, 7, 3, 2 }, { 2, 32, 32, 8, 8 }, { 3, 20, 44, 13, 9 }, { 1, 260, 272, 16, 15 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Same_AnyShape_IsTheConvolution(int images, int inputs, int outputs, int height, int width) =>
        Compare(images, inputs, outputs, height, width, 3, new ConvolutionShape(3, 1, 1));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void None_AnyShape_IsTheConvolution(int images, int inputs, int outputs, int height, int width) =>
        Compare(images, inputs, outputs, height, width, 1, new ConvolutionShape(1, 1, 0));

    [Theory]
    [InlineData(2, 20, 48, 6, 8)]
    [InlineData(1, 32, 32, 2, 2)]
    public void Half_EvenShape_IsTheConvolution(int images, int inputs, int outputs, int height, int width)
    {
        Compare(images, inputs, outputs, height, width, 3, new ConvolutionShape(3, 2, 0));
        Compare(images, inputs, outputs, height, width, 3, new ConvolutionShape(3, 2, 1));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Upsample_AnyShape_IsTheConvolutionOfRepeatedPixels(int images, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor weight, Tensor bias) = Random(images, inputs, outputs, height, width, 3);
        Tensor repeated = F.interpolate(x.to(float64), scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        Tensor expected = F.conv2d(repeated, weight.to(float64), bias.to(float64), padding: [1, 1]);
        OneLayer layer = new OneLayer().With("up", weight, bias);
        foreach (int lanes in OneLayer.Widths)
        {
            Near(layer.Apply(x, lanes, 2, (builder, source) => builder.Upsample(source, "up", outputs)), expected);
        }
    }

    [Fact]
    public void Convolution_OfTwoFeatures_IsThatOfBothJoined()
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor first, Tensor bias) = Random(2, 12, 20, 5, 5, 3);
        Tensor second = randn([9, 12, 3, 3], float32, generator: new Generator(5)),
            last = randn([17, 29, 1, 1], float32, generator: new Generator(6));
        Tensor a = F.conv2d(x.to(float64), first.to(float64), bias.to(float64), padding: [1, 1]),
            b = F.conv2d(x.to(float64), second.to(float64), padding: [1, 1]);
        Tensor expected = F.conv2d(cat([a, b], 1), last.to(float64));
        var same = new ConvolutionShape(3, 1, 1);
        OneLayer layers = new OneLayer().With("first", first, bias).With("second", second).With("last", last);
        Tensor actual = layers.Apply(x, 16, 2, (builder, source) => builder.Convolution(
            [builder.Convolution([source], ["first"], 20, same), builder.Convolution([source], ["second"], 9, same)], ["last"], 17,
            new ConvolutionShape(1, 1, 0)));
        Near(actual, expected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Attention_PixelsAndHeadsBesideWholeVectors_IsTheFormula(int lanes)
    {
        foreach ((int channels, int heads, int height, int width) in new[] {
            (32, 1, 4, 4), (48, 2, 7, 7), (40, 5, 3, 2), (64, 1, 8, 8), (7, 1, 1, 1) })
        {
            using var scope = NewDisposeScope();
            Tensor x = randn([3, 3 * channels, height, width], float32, generator: new Generator(7));
            Tensor[] parts = [.. x.to(float64).flatten(2).transpose(1, 2).split(channels, 2)
                .Select(part => part.view(3, height * width, heads, channels / heads).transpose(1, 2))];
            Tensor weights = F.softmax(parts[0].matmul(parts[1].transpose(2, 3)) / Math.Sqrt(channels / heads), -1);
            Tensor expected = weights.matmul(parts[2]).transpose(2, 3).reshape(3, channels, height, width);
            Near(new OneLayer().Apply(x, lanes, 2, (builder, source) => builder.Attention(source, heads)), expected);
        }
    }

    [Theory]
    [InlineData(1, 40, 0, 5)]
    [InlineData(3, 40, 24, 4)]
    [InlineData(1, 96, 96, 32)]
    public void Norm_InSlices_IsTheFormula(int images, int first, int second, int groups)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([images, 3, 6, 5], float32, generator: new Generator(1)) + 2,
            into = randn([first, 3, 1, 1], float32, generator: new Generator(2)),
            other = randn([Math.Max(second, 1), 3, 1, 1], float32, generator: new Generator(3));
        Tensor weight = randn(first + second, float32, generator: new Generator(4)),
            bias = randn(first + second, float32, generator: new Generator(5));
        Tensor joined = F.conv2d(x.to(float64), (second == 0 ? into : cat([into, other], 0)).to(float64));
        Tensor expected = F.silu(F.group_norm(joined, groups, weight.to(float64), bias.to(float64), 1e-6));
        OneLayer layers = new OneLayer().With("into", into).With("other", other).With("norm", weight, bias);
        GroupNormOperation norm = Norm(first + second, groups);
        foreach (int threads in new[] { 1, 2, 5 })
        {
            Tensor actual = layers.Apply(x, 16, threads, (builder, source) =>
            {
                Plane a = builder.Convolution([source], ["into"], first, new ConvolutionShape(1, 1, 0));
                Plane? b = second == 0 ? null : builder.Convolution([source], ["other"], second, new ConvolutionShape(1, 1, 0));
                return builder.Norm(a, b, norm, null, null, silu: true);
            });
            Near(actual, expected);
        }
    }

    private static void Compare(int images, int inputs, int outputs, int height, int width, int kernel, ConvolutionShape shape)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor weight, Tensor bias) = Random(images, inputs, outputs, height, width, kernel);
        // Stride 2 without padding sees zeros at the right and the bottom.
        Tensor padded = shape is { Stride: 2, Padding: 0 } ? F.pad(x, [0, 1, 0, 1]) : x;
        Tensor plain = F.conv2d(padded.to(float64), weight.to(float64), bias.to(float64), [shape.Stride, shape.Stride],
            [shape.Padding, shape.Padding]);
        Tensor? residual = plain.shape.AsSpan().SequenceEqual(x.shape) ? x : null;
        Tensor expected = (residual is null ? plain : plain + x.to(float64)) / 1.4;
        OneLayer layer = new OneLayer().With("layer", weight, bias);
        foreach ((int lanes, int threads) in new[] { (16, 1), (16, 2), (8, 2), (4, 2), (1, 2), (16, 5) })
        {
            Tensor actual = layer.Apply(x, lanes, threads,
                (builder, source) => builder.Convolution([source], ["layer"], outputs, shape, residual is null ? null : source, 1.4));
            Near(actual, expected);
        }
    }

    private static GroupNormOperation Norm(int channels, int groups)
    {
        var graph = NetworkGraph.Of(new OneNorm(channels, groups));
        return (GroupNormOperation)graph.Output.Operation;
    }

    private static (Tensor X, Tensor Weight, Tensor Bias) Random(int images, int inputs, int outputs, int height, int width, int kernel)
    {
        Tensor x = randn([images, inputs, height, width], float32, generator: new Generator(1)),
            weight = randn([outputs, inputs, kernel, kernel], float32, generator: new Generator(2)) / Math.Sqrt(inputs);
        return (x, weight, randn(outputs, float32, generator: new Generator(3)));
    }

    private static void Near(Tensor actual, Tensor expected)
    {
        actual.shape.Should().Equal(expected.shape);
        (actual.to(float64) - expected).abs().max().item<double>()
            .Should().BeLessThan(4e-6 * Math.Max(1, expected.abs().max().item<double>()));
    }

    private sealed class OneNorm(int channels, int groups) : INetworkDescription
    {
        public int InChannels => channels;

        public Feature Describe(NetworkBuilder net) => net.GroupNorm("norm", net.Input, groups);
    }
}
