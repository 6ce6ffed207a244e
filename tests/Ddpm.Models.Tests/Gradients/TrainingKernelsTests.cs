using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models.Tests.Gradients;

/// <summary>The kernels of training against libtorch in float64, with vectors of every width.</summary>
public sealed unsafe class TrainingKernelsTests
{
    // Images, channels in and out, height, width: odd sides, one pixel, panels of four vectors and of two and of one at the end, several
    // groups of tiles, and so many channels that all threads share each group.
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 1, 16, 16, 5, 3 }, { 2, 48, 16, 8, 6 }, { 1, 16, 48, 1, 1 }, { 3, 32, 80, 7, 20 }, { 2, 288, 96, 3, 4 }, { 1, 96, 288, 16, 18 },
        { 2, 32, 112, 5, 6 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Convolution_AnyShape_HasTheGradientsOfFloat64(int images, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(1, images, inputs, height, width), weight = Random(2, outputs, inputs, 3, 3) / Math.Sqrt(9 * inputs),
            bias = Random(3, outputs), gradient = Random(4, images, outputs, height, width);
        Tensor[] leaves = [.. new[] { x, weight, bias }.Select(each => each.to(float64).requires_grad_(true))];
        Tensor expected = F.conv2d(leaves[0], leaves[1], leaves[2], padding: [1, 1]);
        expected.backward([gradient.to(float64)]);
        foreach (TrainingKernels kernels in Kernels(2))
        {
            using (kernels)
            {
                Tensor source = Nhwc.Of(x), given = Nhwc.Of(gradient),
                    result = Nhwc.Empty(images, outputs, height, width), data = empty_like(source), ofWeight = empty_like(weight),
                    ofBias = empty_like(bias);
                kernels.Convolve(Nhwc.Plane(source), Address(weight), Address(bias), Nhwc.Plane(result));
                kernels.ConvolveGradient(Nhwc.Plane(given), Address(weight), Nhwc.Plane(data));
                kernels.WeightGradient(Nhwc.Plane(source), Nhwc.Plane(given), Address(ofWeight), Address(ofBias));
                Near(result, expected);
                Near(data, leaves[0].grad!);
                Near(ofWeight, leaves[1].grad!);
                Near(ofBias, leaves[2].grad!);
            }
        }
    }

    [Theory]
    [InlineData(1, 16, 4, 5, 3, 0)]
    [InlineData(2, 48, 3, 4, 4, 0)]
    [InlineData(3, 64, 64, 17, 19, 0)]
    [InlineData(1, 32, 8, 6, 6, 10)]
    public void Norm_AnyShape_HasTheGradientsOfFloat64(int images, int channels, int groups, int height, int width, int mean)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(1, images, channels, height, width) + mean, weight = Random(2, channels), bias = Random(3, channels),
            gradient = Random(4, images, channels, height, width);
        foreach (bool silu in new[] { false, true })
        {
            Tensor[] leaves = [.. new[] { x, weight, bias }.Select(each => each.to(float64).requires_grad_(true))];
            Tensor expected = F.group_norm(leaves[0], groups, leaves[1], leaves[2], 1e-6);
            if (silu) expected = F.silu(expected);
            expected.backward([gradient.to(float64)]);
            foreach (TrainingKernels kernels in Kernels(2))
            {
                using (kernels)
                {
                    Tensor source = Nhwc.Of(x), given = Nhwc.Of(gradient), result = empty_like(source),
                        data = empty_like(source), ofWeight = empty_like(weight), ofBias = empty_like(bias);
                    var numbers = new NormParameters((nint)Address(weight), (nint)Address(bias), groups, 1e-6, silu);
                    kernels.Norm(Nhwc.Plane(source), numbers, Nhwc.Plane(result));
                    kernels.NormGradient(Nhwc.Plane(source), Nhwc.Plane(given), numbers, Nhwc.Plane(data),
                        Address(ofWeight), Address(ofBias));
                    // Far from 0, x itself has fewer digits left of a deviation.
                    double tolerance = mean == 0 ? 1e-6 : 5e-6;
                    Near(result, expected, tolerance);
                    Near(data, leaves[0].grad!, tolerance);
                    Near(ofWeight, leaves[1].grad!, tolerance);
                    Near(ofBias, leaves[2].grad!, tolerance);
                }
            }
        }
    }

    // One pixel, rows and columns that fill no block, several groups of pixels.
    [Theory]
    [InlineData(1, 16, 16, 1)]
    [InlineData(2, 48, 16, 35)]
    [InlineData(1, 16, 48, 64)]
    [InlineData(3, 96, 80, 77)]
    [InlineData(2, 288, 192, 9)]
    public void Dense_AnyShape_HasTheGradientsOfFloat64(int images, int inputs, int outputs, int pixels)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(1, images, inputs, 1, pixels), weight = Random(2, outputs, inputs, 1, 1) / Math.Sqrt(inputs),
            bias = Random(3, outputs), gradient = Random(4, images, outputs, 1, pixels);
        Tensor[] leaves = [.. new[] { x, weight, bias }.Select(each => each.to(float64).requires_grad_(true))];
        Tensor expected = F.conv2d(leaves[0], leaves[1], leaves[2]);
        expected.backward([gradient.to(float64)]);
        foreach (TrainingKernels kernels in Kernels(2))
        {
            using (kernels)
            {
                Tensor source = Nhwc.Of(x), given = Nhwc.Of(gradient), result = Nhwc.Empty(images, outputs, 1, pixels),
                    data = empty_like(source), ofWeight = empty_like(weight), ofBias = empty_like(bias);
                kernels.Direct(
                    Nhwc.Plane(source), Address(weight), Address(bias), new ConvolutionShape(1, 1, 0), Nhwc.Plane(result));
                kernels.DenseGradient(Nhwc.Plane(given), Address(weight), Nhwc.Plane(data));
                kernels.DenseWeightGradient(Nhwc.Plane(source), Nhwc.Plane(given), Address(ofWeight), Address(ofBias));
                Near(result, expected);
                Near(data, leaves[0].grad!);
                Near(ofWeight, leaves[1].grad!);
                Near(ofBias, leaves[2].grad!);
            }
        }
    }

    // Padding on both sides and at the end, odd sides.
    [Theory]
    [InlineData(2, 16, 48, 8, 6, 1)]
    [InlineData(1, 32, 16, 4, 10, 0)]
    [InlineData(3, 48, 32, 7, 5, 1)]
    public void Direct_OfStrideTwo_IsThatOfFloat64(int images, int inputs, int outputs, int height, int width, int padding)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(1, images, inputs, height, width), weight = Random(2, outputs, inputs, 3, 3) / Math.Sqrt(9 * inputs),
            bias = Random(3, outputs), padded = padding == 0 ? F.pad(x, [0, 1, 0, 1]) : x;
        Tensor expected = F.conv2d(
            padded.to(float64), weight.to(float64), bias.to(float64), strides: [2, 2], padding: [padding, padding]);
        foreach (TrainingKernels kernels in Kernels(2))
        {
            using (kernels)
            {
                Tensor result = Nhwc.Empty(images, outputs, expected.size(2), expected.size(3));
                kernels.Direct(
                    Nhwc.Plane(Nhwc.Of(x)), Address(weight), Address(bias), new ConvolutionShape(3, 2, padding), Nhwc.Plane(result));
                Near(result, expected);
            }
        }
    }

    // One pixel, rows that fill no block, several groups of queries, several heads, large products.
    [Theory]
    [InlineData(1, 16, 1, 1, 1)]
    [InlineData(2, 32, 2, 7, 1)]
    [InlineData(3, 64, 1, 49, 1)]
    [InlineData(1, 48, 1, 64, 1)]
    [InlineData(2, 96, 2, 130, 1)]
    [InlineData(1, 64, 4, 50, 6)]
    public void Attention_AnyShape_HasTheGradientsOfFloat64(int images, int channels, int heads, int pixels, double scale)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(1, images, 3 * channels, 1, pixels) * scale, gradient = Random(2, images, channels, 1, pixels),
            leaf = x.to(float64).requires_grad_(true);
        // [B, 3C, 1, P] → three of [B, heads, P, C/heads].
        Tensor[] each = [.. leaf.view(images, 3, heads, channels / heads, pixels).transpose(3, 4).unbind(1)];
        Tensor weights = (each[0].matmul(each[1].transpose(2, 3)) / Math.Sqrt(channels / heads)).softmax(-1);
        Tensor expected = weights.matmul(each[2]).transpose(2, 3).reshape(images, channels, 1, pixels);
        expected.backward([gradient.to(float64)]);
        foreach (TrainingKernels kernels in Kernels(2))
        {
            using (kernels)
            {
                Tensor source = Nhwc.Of(x), given = Nhwc.Of(gradient), result = empty_like(given), data = empty_like(source);
                kernels.Attention(Nhwc.Plane(source), heads, Nhwc.Plane(result));
                kernels.AttentionGradient(Nhwc.Plane(source), heads, Nhwc.Plane(given), Nhwc.Plane(data));
                Near(result, expected, scale * scale * 1e-6);
                Near(data, leaf.grad!, scale * scale * 1e-6);
            }
        }
    }

    [Fact]
    public void Gradients_AnyNumberOfThreads_HaveTheSameBits()
    {
        using var scope = NewDisposeScope();
        foreach ((int inputs, int outputs) in new[] { (32, 48), (288, 96) })
        {
            Tensor x = Nhwc.Of(Random(1, 3, inputs, 9, 16)), weight = Random(2, outputs, inputs, 3, 3), bias = Random(3, outputs),
                gradient = Nhwc.Of(Random(4, 3, outputs, 9, 16)), scale = Random(5, inputs), matrix = Random(6, outputs, inputs),
                projected = Nhwc.Of(Random(7, 3, 3 * outputs, 9, 16));
            Tensor[]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                using var kernels = TrainingKernels.Create(VectorWidth.Best, threads);
                Tensor result = empty_like(gradient), data = empty_like(x), normal = empty_like(x), ofNormal = empty_like(x),
                    ofWeight = empty_like(weight), ofBias = empty_like(bias), ofScale = empty_like(scale), ofShift = empty_like(scale);
                var numbers = new NormParameters((nint)Address(scale), (nint)Address(scale), 16, 1e-6, true);
                kernels.Convolve(Nhwc.Plane(x), Address(weight), Address(bias), Nhwc.Plane(result));
                kernels.ConvolveGradient(Nhwc.Plane(gradient), Address(weight), Nhwc.Plane(data));
                kernels.WeightGradient(Nhwc.Plane(x), Nhwc.Plane(gradient), Address(ofWeight), Address(ofBias));
                kernels.Norm(Nhwc.Plane(x), numbers, Nhwc.Plane(normal));
                kernels.NormGradient(Nhwc.Plane(x), Nhwc.Plane(data), numbers, Nhwc.Plane(ofNormal),
                    Address(ofScale), Address(ofShift));
                Tensor dense = empty_like(gradient), ofDense = empty_like(x), ofMatrix = empty_like(matrix), ofRow = empty_like(bias),
                    attended = empty_like(gradient), ofProjected = empty_like(projected);
                kernels.Direct(Nhwc.Plane(x), Address(matrix), Address(bias), new ConvolutionShape(1, 1, 0), Nhwc.Plane(dense));
                kernels.DenseGradient(Nhwc.Plane(gradient), Address(matrix), Nhwc.Plane(ofDense));
                kernels.DenseWeightGradient(Nhwc.Plane(x), Nhwc.Plane(gradient), Address(ofMatrix), Address(ofRow));
                kernels.Attention(Nhwc.Plane(projected), 1, Nhwc.Plane(attended));
                kernels.AttentionGradient(Nhwc.Plane(projected), 1, Nhwc.Plane(gradient), Nhwc.Plane(ofProjected));
                Tensor[] all =
                [
                    result, data, normal, ofNormal, ofWeight, ofBias, ofScale, ofShift, dense, ofDense, ofMatrix, ofRow, attended,
                    ofProjected,
                ];
                first ??= all;
                foreach ((Tensor one, Tensor other) in first.Zip(all)) one.equal(other).all().item<bool>().Should().BeTrue();
            }
        }
    }

    [Fact]
    public void Dispose_FreesAllMemory()
    {
        using var scope = NewDisposeScope();
        long before = AlignedMemory.LiveFloats;
        Tensor x = Nhwc.Of(Random(1, 2, 16, 4, 4)), weight = Random(2, 16, 16, 3, 3), bias = Random(3, 16), y = empty_like(x);
        using (var kernels = TrainingKernels.Create(VectorWidth.Best, 2))
        {
            kernels.Convolve(Nhwc.Plane(x), Address(weight), Address(bias), Nhwc.Plane(y));
        }

        AlignedMemory.LiveFloats.Should().Be(before);
    }

    // Vectors that the machine has not are computed by parts.
    private static TrainingKernels[] Kernels(int threads) =>
    [
        new TrainingKernels<Lanes512>(threads), new TrainingKernels<Lanes256>(threads), new TrainingKernels<Lanes128>(threads),
        new TrainingKernels<Lanes32>(threads),
    ];

    private static Tensor Random(ulong seed, params long[] shape) => randn(shape, float32, generator: new Generator(seed));

    private static float* Address(Tensor tensor) => (float*)TensorMemory.Address(tensor);

    private static void Near(Tensor actual, Tensor expected, double tolerance = 1e-6)
    {
        using Tensor difference = (actual.to(float64) - expected).abs().max();
        difference.item<double>().Should().BeLessThan(tolerance * expected.abs().max().item<double>());
    }
}
