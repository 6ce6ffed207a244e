using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Pixels;

public sealed class PixelRangeTests
{
    [Fact]
    public void ToValues_EveryByte_IsTheFormulaToTheBit()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(pixel => (byte)pixel)];
        var values = new float[256];
        PixelRange.ToValues(bytes, values);
        values.Should().Equal(bytes.Select(pixel => pixel / 127.5f - 1));
        using Tensor pixels = arange(256, dtype: float32), tensor = PixelRange.ToValues(pixels), expected = pixels / 127.5 - 1;
        tensor.data<float>().ToArray().Should().Equal(expected.data<float>().ToArray());
    }

    [Fact]
    public void ToValues_OtherLengthOrType_SaysWhatIsWrong()
    {
        FluentActions.Invoking(() => PixelRange.ToValues(new byte[2], new float[3])).Should().Throw<ArgumentException>()
            .WithMessage("values must have the length of pixels, 2, but has 3*");
        using Tensor bytes = zeros(2, dtype: uint8);
        FluentActions.Invoking(() => PixelRange.ToValues(bytes)).Should().Throw<ArgumentException>()
            .WithMessage("pixels must hold floating-point numbers, but holds Byte*");
    }
}
