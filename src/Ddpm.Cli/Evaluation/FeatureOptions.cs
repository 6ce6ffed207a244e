using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using TorchSharp;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options that say which features are compared.</summary>
/// <param name="read">States each option.</param>
/// <param name="classifier">Whether the network must be a classifier.</param>
internal sealed class FeatureOptions(OptionReader read, bool classifier)
{
    public const string Pixels = "pixels";

    public string Network { get; } = read.RequiredText(
        "--features",
        classifier ? "net.pt" : "pixels|net.pt",
        (classifier ? "The classifier," : "What is compared: pixels, or a network")
            + " in a TorchScript file, such as Inception (a program: load only files that you trust)");

    public bool ReturnFeatures { get; } = read.Flag(
        "--return-features",
        "Call the network with return_features=True, as the Inception file of StyleGAN's metrics wants for features; without, it gives "
            + "logits");

    public int Output { get; } =
        read.Number("--feature-output", 0, "Which output is taken where the network gives several", least: 0);

    public PixelSize? Size { get; } = read.Of(PixelSize.Option(
        "--feature-size", "Height and width that images are resized to for the network, such as 299; by default they are not"));

    public string Filter { get; } = read.Choice(
        "--feature-filter",
        "bicubic-antialiased",
        "How they are resized; it changes the numbers: bilinear as pytorch-fid, bicubic-antialiased as clean-fid, bicubic-bytes as CLIP "
            + "and DINOv2",
        ["bilinear", "bilinear-antialiased", "bicubic-antialiased", "bilinear-bytes", "bicubic-bytes"]);

    public string Scale { get; } = read.Choice(
        "--feature-scale",
        "bytes",
        "What the network takes a pixel as: bytes 0 … 255, unit 0 … 1, symmetric -1 … 1",
        ["bytes", "unit", "symmetric"]);

    public ImmutableArray<double> Mean { get; } = read.Triple(
        "--feature-mean",
        "Subtracted from each channel after scaling; three numbers with commas between; by default nothing",
        NumberRange.Any);

    public ImmutableArray<double> StandardDeviation { get; } = read.Triple(
        "--feature-std",
        "What each channel is divided by after that; three numbers above 0 with commas between; by default nothing",
        NumberRange.Positive);

    public bool IsPixels => Network == Pixels;

    /// <summary>The features in words; numbers of different features must not be compared.</summary>
    public string Description
    {
        get
        {
            if (IsPixels) return Pixels;
            string call = ReturnFeatures ? ", return_features" : "", output = Output > 0 ? $", output {Output}" : "";
            string resized = Size is { } size ? $", {size.Height}×{size.Width} {Filter}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(Network)}{call}{output}{resized}, {Scale}");
        }
    }

    /// <summary>Loads the network; the caller disposes it where it is <see cref="IDisposable"/>.</summary>
    public IFeatureExtractor Open(torch.Device device)
    {
        if (IsPixels)
        {
            if (ReturnFeatures || Output > 0 || Size is not null || !Mean.IsEmpty || !StandardDeviation.IsEmpty)
            {
                throw new UsageException("--return-features and --feature-… go with a network, but --features is pixels.");
            }

            return new PixelFeatures();
        }

        if (!File.Exists(Network))
        {
            throw new FileNotFoundException($"--features must be pixels or a TorchScript file, but there is no file {Network}.", Network);
        }

        return new TorchScriptFeatures(Network, new TorchScriptOptions
        {
            ReturnFeatures = ReturnFeatures,
            Output = Output,
            Size = Size is { } size ? (size.Height, size.Width) : null,
            Filter = Filter switch
            {
                "bilinear" => ResizeFilter.Bilinear,
                "bilinear-antialiased" => ResizeFilter.BilinearAntialiased,
                "bilinear-bytes" => ResizeFilter.BilinearBytes,
                "bicubic-bytes" => ResizeFilter.BicubicBytes,
                _ => ResizeFilter.BicubicAntialiased,
            },
            Scale = Scale switch { "unit" => PixelScale.UnitInterval, "symmetric" => PixelScale.MinusOneToOne, _ => PixelScale.Bytes },
            Mean = Mean,
            StandardDeviation = StandardDeviation,
            Device = device,
        });
    }
}
