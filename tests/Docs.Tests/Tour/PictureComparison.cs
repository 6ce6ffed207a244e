using Ddpm.Imaging;

namespace Docs.Tests.Tour;

/// <summary>Compares a committed picture with the one that a run drew.</summary>
internal static class PictureComparison
{
    /// <summary>The largest mean absolute difference of pixels, of 255: a network's digits differ from processor to processor.</summary>
    public const double LargestMean = 1;

    /// <summary>The largest share of pixels that differ by more than a quarter of the range: a line that lies elsewhere.</summary>
    public const double LargestShare = 0.002;

    private const int Quarter = 64;

    /// <summary>Says what differs, or returns null.</summary>
    public static string? Difference(string committed, string drawn)
    {
        DecodedImage expected = ImageFile.Decode(committed, ImageLoadOptions.Default);
        DecodedImage actual = ImageFile.Decode(drawn, ImageLoadOptions.Default);
        if ((expected.Channels, expected.Height, expected.Width) != (actual.Channels, actual.Height, actual.Width))
        {
            return $"{expected.Channels}×{expected.Height}×{expected.Width} is committed, " +
                $"{actual.Channels}×{actual.Height}×{actual.Width} drawn";
        }

        int[] differences = [.. expected.Pixels.ToArray().Zip(actual.Pixels.ToArray(), (one, other) => Math.Abs(one - other))];
        double mean = differences.Average(), share = differences.Count(difference => difference > Quarter) / (double)differences.Length;
        return mean > LargestMean || share > LargestShare
            ? FormattableString.Invariant($"pixels differ by {mean:F2} of 255 on average, {100 * share:F2} % by more than {Quarter}")
            : null;
    }
}
