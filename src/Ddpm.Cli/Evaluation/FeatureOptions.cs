using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using TorchSharp;

namespace Ddpm.Cli.Evaluation;

/// <summary>Which features are compared.</summary>
internal sealed record FeatureOptions
{
    public const string Pixels = "pixels";

    public required string Network { get; init; }

    public bool ReturnFeatures { get; init; }

    public int Output { get; init; }

    public int? Size { get; init; }

    public required string Filter { get; init; }

    public required string Scale { get; init; }

    public ImmutableArray<double> Mean { get; init; }

    public ImmutableArray<double> StandardDeviation { get; init; }

    public bool IsPixels => Network == Pixels;

    /// <summary>The features in words: no numbers of different ones are to be compared.</summary>
    public string Description => IsPixels ? Pixels : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(Network)}{(ReturnFeatures ? ", return_features" : "")}{(Output > 0 ? $", output {Output}" : "")}{(Size is { } size ? $", {size}×{size} {Filter}" : "")}, {Scale}");

    /// <summary>Loads the network; the caller disposes it where it is <see cref="IDisposable"/>.</summary>
    public IFeatureExtractor Open(string device)
    {
        if (IsPixels)
        {
            if (ReturnFeatures || Output > 0 || Size is not null || !Mean.IsEmpty || !StandardDeviation.IsEmpty) throw new UsageException("--return-features and --feature-… go with a network, but --features is pixels.");
            return new PixelFeatures();
        }

        if (!File.Exists(Network)) throw new FileNotFoundException($"--features must be pixels or a TorchScript file, but there is no file {Network}.", Network);
        return new TorchScriptFeatures(Network, new TorchScriptOptions
        {
            ReturnFeatures = ReturnFeatures,
            Output = Output,
            Size = Size is { } size ? (size, size) : null,
            Filter = Filter switch { "bilinear" => ResizeFilter.Bilinear, "bilinear-antialiased" => ResizeFilter.BilinearAntialiased, _ => ResizeFilter.BicubicAntialiased },
            Scale = Scale switch { "unit" => PixelScale.UnitInterval, "symmetric" => PixelScale.MinusOneToOne, _ => PixelScale.Bytes },
            Mean = Mean,
            StandardDeviation = StandardDeviation,
            Device = new torch.Device(device),
        });
    }
}
