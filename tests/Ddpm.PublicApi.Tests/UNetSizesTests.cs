using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Networks that follow from the size of the data.</summary>
public sealed class UNetSizesTests
{
    [Fact]
    public void For_ThePapersSizes_IsThePapersNetwork()
    {
        UNetOptions.For(32, 32, 3, baseChannels: 128).Should().Be(UNetOptions.Cifar10);
        (UNetOptions.For(256, 256, 3, baseChannels: 128) with { Dropout = 0 }).Should().Be(UNetOptions.Lsun256);
        UNetOptions.For(28, 28, 1).Should().Be(UNetOptions.Mnist28);
    }

    [Fact]
    public void For_ManySizes_PredictsInTheirShape()
    {
        using var scope = NewDisposeScope();
        int[] sides = [1, 2, 3, 5, 6, 7, 8, 12, 17, 24];
        int[] widths = [4, 5, 6, 8, 12, 32];
        for (int i = 0; i < sides.Length; i++)
        {
            foreach (int side in sides)
            {
                int channels = 1 + i % 4, width = widths[(i + side) % widths.Length];
                bool learns = side % 2 == 0;
                int? classes = i % 3 == 0 ? null : i;
                using var network = new UNet(UNetOptions.For(sides[i], side, channels, width, classes, learns));
                using Tensor x = randn(2, channels, sides[i], side), t = tensor(new long[] { 0, 999 });
                using Tensor labels = tensor(new long[] { -1, 0 });
                network.Predict(x, t, classes is null ? null : labels).shape.Should().Equal(2, channels * (learns ? 2 : 1), sides[i], side);
            }
        }
    }

    [Fact]
    public void For_EverySizeUpToThreeHundred_IsValidOrRefusedByName()
    {
        for (int height = 1; height <= 300; height++)
        {
            for (int width = 1; width <= 300; width += 7)
            {
                try
                {
                    UNetOptions options = UNetOptions.For(height, width, 3, 8);
                    // The description checks every option against the others.
                    _ = new Inference.UNetDescription(options);
                    ((height / options.Divisor) * (width / options.Divisor)).Should().BeLessThanOrEqualTo(4096);
                }
                catch (ArgumentOutOfRangeException refused)
                {
                    refused.ParamName.Should().BeOneOf("height", "width");
                    refused.Message.Should().StartWith("height and width must be halved until 4096 pixels are left, but " +
                        $"{height}×{width} can only be halved to ");
                    ((long)height * width).Should().BeGreaterThan(4096);
                }
            }
        }
    }

    [Fact]
    public void ForSignal_ManyLengths_PredictsInTheirShape()
    {
        using var scope = NewDisposeScope();
        foreach (int length in new[] { 1, 2, 3, 7, 8, 10, 31, 32, 100, 256, 257, 1000 })
        {
            using var network = new UNet(UNetOptions.ForSignal(length, 2, 8, classes: 3));
            using Tensor x = randn(1, 2, length), t = zeros(1, ScalarType.Int64);
            network.Predict(x, t).shape.Should().Equal(1, 2, length);
        }

        FluentActions.Invoking(() => UNetOptions.ForSignal(10_001, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("length")
            .WithMessage("length must be halved until 4096 numbers are left, but 10001 can only be halved to 10001*");
    }

    [Theory]
    [InlineData(0, 8, 1, 8, null, "height must be at least 1, but is 0.*")]
    [InlineData(8, -1, 1, 8, null, "width must be at least 1, but is -1.*")]
    [InlineData(8, 8, 0, 8, null, "channels must be at least 1, but is 0.*")]
    [InlineData(8, 8, 1, 3, null, "baseChannels must be at least 4, but is 3.*")]
    [InlineData(8, 8, 1, 8, 0, "classes must be at least 1, but is 0.*")]
    public void For_BadArguments_AreNamed(int height, int width, int channels, int baseChannels, int? classes, string message) =>
        FluentActions.Invoking(() => UNetOptions.For(height, width, channels, baseChannels, classes)).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage(message);
}
