using static TorchSharp.torch;

namespace Ddpm.Imaging.Tests;

public sealed class PixelConversionTests
{
    [Fact]
    public void ToBytes_Nearest_GivesBackEveryPixel()
    {
        using Tensor pixels = arange(256, dtype: uint8);
        using Tensor back = PixelConversion.ToBytes(PixelConversion.FromBytes(pixels));
        back.Equals(pixels).Should().BeTrue();
    }

    [Fact]
    public void ToBytes_Truncate_LowersPixels1To63()
    {
        // The published programs' rule: in float32, p/127.5 - 1 comes back one lower for exactly these.
        using Tensor pixels = arange(256, dtype: uint8);
        using Tensor back = PixelConversion.ToBytes(PixelConversion.FromBytes(pixels), PixelRounding.Truncate);
        byte[] actual = back.data<byte>().ToArray();
        actual.Should().Equal(Enumerable.Range(0, 256).Select(p => (byte)(p is >= 1 and <= 63 ? p - 1 : p)));
    }

    [Fact]
    public void ToBytes_OutsideTheRange_IsClipped()
    {
        using Tensor values = tensor(new[] { -7f, -1f, 0f, 1f, 3f });
        PixelConversion.ToBytes(values).data<byte>().ToArray().Should().Equal(0, 0, 128, 255, 255);
        PixelConversion.ToBytes(values, PixelRounding.Truncate).data<byte>().ToArray().Should().Equal(0, 0, 127, 255, 255);
    }

    [Fact]
    public void ToBytes_NaN_Throws()
    {
        using Tensor values = tensor(new[] { 0f, float.NaN });
        FluentActions.Invoking(() => PixelConversion.ToBytes(values)).Should().Throw<ArgumentException>().WithMessage("*NaN*");
    }

    [Fact]
    public void FromBytes_NotBytes_Throws()
    {
        using Tensor values = zeros(3);
        FluentActions.Invoking(() => PixelConversion.FromBytes(values)).Should().Throw<ArgumentException>().WithMessage("*uint8*Float32*");
    }
}
