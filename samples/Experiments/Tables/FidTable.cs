using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Data;
using Ddpm.Evaluation;
using SkiaSharp;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// What changes FID without a change of the pictures: how many they are, how they are resized for the feature network, and how files store
/// them. All rows are of real test pictures (Parmar et al. 2022, arXiv:2104.11222, on faces and Inception).
/// </summary>
internal static class FidTable
{
    public const string Name = "fid";

    private static readonly int[] Counts = [500, 1000, 2000, 5000];

    private static readonly (string Name, ResizeFilter Filter)[] Filters =
    [
        ("bicubic antialiased, as the reference", ResizeFilter.BicubicAntialiased),
        ("bicubic on bytes", ResizeFilter.BicubicBytes),
        ("bilinear antialiased", ResizeFilter.BilinearAntialiased),
        ("bilinear without antialiasing", ResizeFilter.Bilinear),
    ];

    private static readonly int[] Qualities = [95, 90, 75, 50];

    public static void Make(Experiment experiment)
    {
        ResultStore results = experiment.Results(Name);
        using (FashionMnist data = experiment.Data(halved: false))
        using (var measures = new SampleMeasures(experiment, data))
        {
            using Tensor test = data.Test.Images();
            foreach (int count in Counts.Where(count => count < test.size(0)).Append((int)test.size(0)))
            {
                using Tensor first = test.narrow(0, 0, count);
                Row(results, string.Create(CultureInfo.InvariantCulture, $"{count:N0} pictures"), measures.FidOf(first));
            }

            foreach (int quality in Qualities)
            {
                using Tensor stored = Jpeg(test, quality);
                Row(results, $"stored as JPEG of quality {quality}", measures.FidOf(stored));
            }
        }

        Resizing(experiment, results);
        experiment.Publish(Name, MarkdownTable.Of(results.Rows, (SampleMeasures.Fid, "F3")));
    }

    // From 28×28 to the 14×14 of another classifier; the reference is resized as clean-fid does.
    private static void Resizing(Experiment experiment, ResultStore results)
    {
        using FashionMnist whole = experiment.Data(halved: false), halved = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, halved);
        using FeatureStatistics reference = Statistics(whole.Train, ResizeFilter.BicubicAntialiased);
        foreach ((string name, ResizeFilter filter) in Filters)
        {
            using FeatureStatistics resized = Statistics(whole.Test, filter);
            Row(results, $"resized by {name}", FrechetDistance.Compute(reference, resized));
        }

        FeatureStatistics Statistics(ImageDataset pictures, ResizeFilter filter) =>
            FeatureExtraction.Statistics(measures.Resizing(filter), DatasetBatches.Images(pictures, 500));
    }

    private static void Row(ResultStore results, string name, double distance) => results.Row(
        name, () => new ResultRow(ImmutableSortedDictionary<string, Measured>.Empty.Add(SampleMeasures.Fid, new Measured(distance))));

    private static Tensor Jpeg(Tensor pictures, int quality)
    {
        var info = new SKImageInfo((int)pictures.size(3), (int)pictures.size(2), SKColorType.Gray8, SKAlphaType.Opaque);
        byte[] pixels = pictures.contiguous().data<byte>().ToArray();
        for (int start = 0; start < pixels.Length; start += info.BytesSize)
        {
            Span<byte> one = pixels.AsSpan(start, info.BytesSize);
            using SKImage image = SKImage.FromPixelCopy(info, one);
            using SKData file = image.Encode(SKEncodedImageFormat.Jpeg, quality);
            using SKBitmap decoded = SKBitmap.Decode(file, info);
            decoded.GetPixelSpan().CopyTo(one);
        }

        return tensor(pixels).reshape(pictures.shape);
    }
}
