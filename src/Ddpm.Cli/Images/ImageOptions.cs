using Ddpm.Cli.Arguments;
using Ddpm.Data;
using Ddpm.Imaging;

namespace Ddpm.Cli.Images;

/// <summary>The options of commands that read images: how, and what a file may cost.</summary>
/// <param name="read">States each option.</param>
internal sealed class ImageOptions(OptionReader read)
{
    public PixelSize? Size { get; } =
        read.Of(PixelSize.Option("--size", "Height and width to bring the images of a folder to; by default their own"));

    public bool Grayscale { get; } = read.Flag("--grayscale", "Read the images of a folder in shades of gray");

    public BackgroundColour? Background { get; } = read.Of(BackgroundColour.Option(
        "--background", "Colour behind transparent pixels of a folder's images; by default the colour that a file hides beneath them"));

    public bool SkipDamaged { get; } =
        read.Flag("--skip-damaged", "Skip and name images of a folder that cannot be used, instead of stopping");

    public int MaxPixels { get; } = read.Number(
        "--max-pixels",
        ImageLoadOptions.DefaultMaxPixels,
        "Pixels that an image may state: a larger one is refused before it is decoded, which takes 4 to 12 bytes a pixel",
        least: 1,
        ImageLoadOptions.LargestMaxPixels);

    public int MaxBytes { get; } = read.Number(
        "--max-bytes",
        IdxFile.DefaultMaxBytes,
        "Bytes that IDX, CIFAR and .npz files may state: larger ones are refused before they are unpacked",
        least: 1);

    /// <summary>Refuses options of folders for another kind of data.</summary>
    /// <param name="kind">The data in words, at the end of the sentence.</param>
    public void RequireFolder(string kind)
    {
        if (Size is null && !Grayscale && Background is null && !SkipDamaged) return;
        throw new UsageException($"--size, --grayscale, --background and --skip-damaged go with {kind}.");
    }

    /// <summary>Opens a folder of images.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="grayscale">Whether they are read in shades of gray without the option too.</param>
    public ImageFolder Open(string path, bool grayscale = false)
    {
        if (Size is { } sides && (long)sides.Height * sides.Width > MaxPixels)
        {
            string most = sides.Height == sides.Width ? $"at most {(int)Math.Sqrt(MaxPixels)}" : $"of at most {MaxPixels} pixels";
            throw new UsageException($"--size must be {most} for the limit of --max-pixels, but is {sides}.");
        }

        return new ImageFolder(path, new ImageFolderOptions
        {
            Load = new ImageLoadOptions
            {
                Grayscale = Grayscale || grayscale,
                Size = Size is { } size ? (size.Height, size.Width) : null,
                Background = Background is { } colour ? (colour.Red, colour.Green, colour.Blue) : null,
                MaxPixels = MaxPixels,
            },
            Damaged = SkipDamaged ? DamagedImages.Skip : DamagedImages.Fail,
        });
    }
}
