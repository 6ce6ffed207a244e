using Ddpm.Imaging.Jpeg;

namespace Ddpm.Imaging.Tests;

/// <summary>
/// JPEG files that end early where an end marker says that they do not. Goldens/ has one picture of 44×30 as cjpeg of libjpeg-turbo
/// writes it in its ways, and corrupt.jpg, whose bits go on for less than its 64×64 pixels.
/// </summary>
public sealed class JpegCheckTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-jpeg-");

    private static readonly string[] All = ["sequential", "restart", "noninterleaved", "progressive", "progressive-restart", "gray"];

    public static TheoryData<string> Kinds() => [.. All];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Problem_CutAnywhereAndEndedByAMarker_IsFound(string kind)
    {
        byte[] whole = File.ReadAllBytes(At(kind));
        JpegCheck.Problem(whole).Should().BeNull();
        JpegCheck.Problem(whole.AsSpan(..^2)).Should().BeNull("all is there but the end marker");
        JpegCheck.Problem([.. whole, 1, 2, 3]).Should().BeNull("what stands behind the end marker is no image");
        int first = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        for (int length = first; length < whole.Length - 2; length++)
        {
            JpegCheck.Problem([.. whole[..length], 0xFF, 0xD9]).Should().NotBeNull("{0} of {1} bytes are there", length, whole.Length);
        }

        foreach (int share in new[] { 40, 60, 80, 95 })
        {
            string path = Path.Combine(folder.FullName, "cut.jpg");
            File.WriteAllBytes(path, [.. whole[..(whole.Length * share / 100)], 0xFF, 0xD9]);
            FluentActions.Invoking(() => ImageFile.Decode(path, new ImageLoadOptions())).Should().Throw<InvalidDataException>()
                .WithMessage("*cut.jpg is *damaged*");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Decode_WholeFile_IsThePicture(string kind)
    {
        DecodedImage image = ImageFile.Decode(At(kind), new ImageLoadOptions { Grayscale = true }),
            sequential = ImageFile.Decode(At("sequential"), new ImageLoadOptions { Grayscale = true });
        (image.Height, image.Width).Should().Be((30, 44));
        image.Pixels.ToArray().Zip(sequential.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average().Should().BeLessThan(12);
    }

    [Fact]
    public void Decode_FileThatIsPartlyGray_IsRefused() =>
        FluentActions.Invoking(() => ImageFile.Decode(At("corrupt"), new ImageLoadOptions())).Should().Throw<InvalidDataException>()
            .WithMessage("*corrupt.jpg is damaged: *");

    [Fact]
    public void Problem_KindsThatAreNotRead_IsLeftToTheDecoder()
    {
        JpegCheck.Problem(File.ReadAllBytes(At("arithmetic"))).Should().BeNull();
        JpegCheck.Problem([]).Should().BeNull();
        JpegCheck.Problem("PNG or anything"u8).Should().BeNull();
    }

    private static string At(string kind) => Path.Combine(AppContext.BaseDirectory, "Goldens", kind + ".jpg");
}
