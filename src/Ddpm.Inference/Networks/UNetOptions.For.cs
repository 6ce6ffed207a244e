using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Models;

// A shape that follows from the size of the data.
public sealed partial record UNetOptions
{
    // The paper's: four levels for 32×32, six for 256×256; attention at 16×16; no level below 4 pixels.
    private const int MostLevels = 6, LeastSide = 4, AttendedPositions = 16 * 16;

    // The middle attends: its memory is the square of this.
    private const int MostCoarsePositions = 64 * 64;

    private const int MostGroups = 32, LeastBaseChannels = 4;

    /// <summary>
    /// Describes a network for images of a size, by the paper's proportions (Ho et al. 2020, arXiv:2006.11239, appendix B).
    /// </summary>
    /// <remarks>
    /// Levels: the image is halved while both sides are even and at least 8, at most five times. Multipliers: 1, 2, 2, 2, or 1, 1, 2, 2,
    /// 4, 4 for more than four levels. Attention: at the first level of at most 16×16 pixels, and in the middle. Groups: the largest
    /// divisor of 32 that divides <paramref name="baseChannels"/>. Change the result by <c>with</c>. For(32, 32, 3, baseChannels: 128) is
    /// <see cref="Cifar10"/>.
    /// </remarks>
    /// <param name="height">The height of the images. Range: ≥ 1.</param>
    /// <param name="width">
    /// The width. Range: ≥ 1. Where the sides can be halved too seldom, so that more than 4,096 pixels are left for the attention of the
    /// coarsest level, as in 101×101, the size is refused.
    /// </param>
    /// <param name="channels">The channels of the images: 3 for RGB, 1 for grayscale. Range: ≥ 1.</param>
    /// <param name="baseChannels">The width of the network. Range: ≥ 4; multiples of 32 are best.</param>
    /// <param name="classes">The number of classes whose labels the network takes. Range: ≥ 1. Default: null, none.</param>
    /// <param name="learnsVariance">Whether the network puts out a variance beside each number of its prediction.</param>
    /// <param name="classNames">The names of the classes, which say how many there are too. Default: numbers only.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the names are not as many as the classes.</exception>
    public static UNetOptions For(
        int height, int width, int channels, int baseChannels = 64, int? classes = null, bool learnsVariance = false,
        ClassNames? classNames = null)
    {
        AtLeast(height, 1, nameof(height));
        AtLeast(width, 1, nameof(width));
        int levels = LevelsOf(height, width);
        int h = height >> (levels - 1), w = width >> (levels - 1);
        if ((long)h * w > MostCoarsePositions)
        {
            string name = int.TrailingZeroCount(height) <= int.TrailingZeroCount(width) ? nameof(height) : nameof(width);
            throw new ArgumentOutOfRangeException(name, $"height and width must be halved until {MostCoarsePositions} pixels are left, " +
                $"but {height}×{width} can only be halved to {h}×{w}: cut or pad the images to multiples of a power of two.");
        }

        int[] attending = [.. Enumerable.Range(0, levels)
            .Where(level => (long)(height >> level) * (width >> level) <= AttendedPositions).Take(1).Select(level => height >> level)];
        return Shape(levels, attending, channels, baseChannels, classes ?? classNames?.Count, learnsVariance, classNames) with
        {
            Height = height,
            Width = width,
        };
    }

    /// <summary>Describes a network for signals of a length, by the rules of <see cref="For"/> in one dimension.</summary>
    /// <param name="length">
    /// The length of the signals. Range: ≥ 1; refused where it can be halved too seldom, so that more than 4,096 numbers are left for the
    /// attention of the coarsest level.
    /// </param>
    /// <param name="channels">The channels of the signals. Range: ≥ 1.</param>
    /// <param name="baseChannels">The width of the network. Range: ≥ 4; multiples of 32 are best.</param>
    /// <param name="classes">The number of classes whose labels the network takes. Range: ≥ 1. Default: null, none.</param>
    /// <param name="learnsVariance">Whether the network puts out a variance beside each number of its prediction.</param>
    /// <param name="classNames">The names of the classes, which say how many there are too. Default: numbers only.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the names are not as many as the classes.</exception>
    public static UNetOptions ForSignal(
        int length, int channels, int baseChannels = 64, int? classes = null, bool learnsVariance = false,
        ClassNames? classNames = null)
    {
        AtLeast(length, 1, nameof(length));
        int levels = LevelsOf(length, length), left = length >> (levels - 1);
        if (left > MostCoarsePositions)
        {
            throw new ArgumentOutOfRangeException(nameof(length), $"length must be halved until {MostCoarsePositions} numbers are left, " +
                $"but {length} can only be halved to {left}: cut or pad the signals to multiples of a power of two.");
        }

        int[] attending =
            [.. Enumerable.Range(0, levels).Select(level => length >> level).Where(size => size <= AttendedPositions).Take(1)];
        return Shape(levels, attending, channels, baseChannels, classes ?? classNames?.Count, learnsVariance, classNames) with
        {
            IsSignal = true,
            Height = length,
        };
    }

    private static int LevelsOf(int height, int width)
    {
        int levels = 1;
        for (; levels < MostLevels && height % 2 == 0 && width % 2 == 0 && Math.Min(height, width) >= 2 * LeastSide; levels++)
        {
            (height, width) = (height / 2, width / 2);
        }

        return levels;
    }

    private static UNetOptions Shape(int levels, int[] attending, int channels, int baseChannels, int? classes, bool learnsVariance,
        ClassNames? classNames)
    {
        AtLeast(channels, 1, nameof(channels));
        AtLeast(baseChannels, LeastBaseChannels, nameof(baseChannels));
        if (classes is { } count) AtLeast(count, 1, nameof(classes));
        if (classNames is not null && classNames.Count != classes)
        {
            throw new ArgumentException($"classNames must be {classes}, as classes says, but are {classNames.Count}.", nameof(classNames));
        }

        ImmutableArray<int> multipliers = levels <= 4 ? [1, 2, 2, 2] : [1, 1, 2, 2, 4, 4];
        return new UNetOptions
        {
            InChannels = channels,
            OutChannels = learnsVariance ? checked(2 * channels) : channels,
            BaseChannels = baseChannels,
            ChannelMultipliers = multipliers[..levels],
            AttentionResolutions = [.. attending],
            NormGroups = Math.Min(MostGroups, 1 << int.TrailingZeroCount(baseChannels)),
            ClassCount = classes,
            ClassNames = classNames,
        };
    }

    private static void AtLeast(int value, int minimum, string name)
    {
        if (value < minimum) throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {minimum}, but is {value}.");
    }
}
