using System.Buffers.Binary;
using System.IO.Compression;

namespace Ddpm.Inference.Tests;

/// <summary>Values, bytes and PNG files without an image library.</summary>
public sealed class PixelBytesTests
{
    [Fact]
    public void FromValues_EveryByteAndBeyond_GivesThemBack()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(pixel => (byte)pixel)], back = new byte[256];
        var values = new float[256];
        PixelBytes.ToValues(all, values);
        (values[0], values[255]).Should().Be((-1f, 1f));
        PixelBytes.FromValues(values, back);
        back.Should().Equal(all);
        PixelBytes.FromValues(values, back, truncate: true);
        back.Should().Equal(all.Select(pixel => (byte)(pixel is >= 1 and <= 63 ? pixel - 1 : pixel)), "as PixelRounding.Truncate says");
        var clipped = new byte[4];
        PixelBytes.FromValues([-3, float.NegativeInfinity, 2, float.PositiveInfinity], clipped);
        clipped.Should().Equal(0, 0, 255, 255);
        FluentActions.Invoking(() => PixelBytes.FromValues([float.NaN], new byte[1])).Should().Throw<ArgumentException>()
            .WithMessage("values must hold numbers, but some are NaN.*");
        FluentActions.Invoking(() => PixelBytes.FromValues([0, 0], new byte[1])).Should().Throw<ArgumentException>()
            .WithMessage("pixels must have the length 2, but has 1.*");
    }

    [Fact]
    public void Interleave_Planes_PutsChannelsSideBySide()
    {
        var pixels = new byte[6];
        PixelBytes.Interleave([-1, 1, 0, -1, 1, 1], 3, pixels);
        pixels.Should().Equal(0, 128, 255, 255, 0, 255);
        FluentActions.Invoking(() => PixelBytes.Interleave(new float[4], 3, new byte[4])).Should().Throw<ArgumentException>()
            .WithMessage("channels must divide the 4 values, but is 3.*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_Pixels_ReadBackFromTheFile(int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 2 * channels).Select(i => (byte)(i * 7))];
        using var file = new MemoryStream();
        PngEncoder.Write(file, pixels, 5, 2, channels);
        byte[] bytes = file.ToArray();
        bytes[..8].Should().Equal(0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A);
        BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)).Should().Be(5);
        BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)).Should().Be(2);
        bytes[24..26].Should().Equal(8, (byte)(channels == 1 ? 0 : 2));
        // The end's checksum is that of every PNG file.
        bytes[^12..].Should().Equal(0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82);
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(bytes, 41, length), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        int row = 5 * channels;
        rows.ToArray().Should().Equal([0, .. pixels[..row], 0, .. pixels[row..]]);
    }

    [Fact]
    public void Write_BadArguments_NamesThem()
    {
        FluentActions.Invoking(() => PngEncoder.Write(Stream.Null, new byte[4], 2, 2, 4)).Should().Throw<ArgumentException>()
            .WithMessage("channels must be 1 or 3, but is 4.*");
        FluentActions.Invoking(() => PngEncoder.Write(Stream.Null, new byte[3], 2, 2, 1)).Should().Throw<ArgumentException>()
            .WithMessage("pixels must hold 2 × 2 × 1 bytes, but holds 3.*");
    }
}
