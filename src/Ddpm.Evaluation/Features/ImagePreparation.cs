using System.Collections.Immutable;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Brings images to the size and the numbers that a feature network was trained with.</summary>
internal sealed class ImagePreparation
{
    private readonly (int Height, int Width)? size;
    private readonly ResizeFilter filter;
    private readonly PixelScale scale;
    private readonly ImmutableArray<double> mean;
    private readonly ImmutableArray<double> deviation;

    /// <param name="owner">The type of the caller's options, whose properties messages name.</param>
    /// <param name="size">The size to bring images to; null for none.</param>
    /// <param name="filter">How they are resized.</param>
    /// <param name="scale">What a pixel becomes.</param>
    /// <param name="mean">What is subtracted from each channel then; empty for nothing.</param>
    /// <param name="deviation">What each channel is divided by then; empty for nothing.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ImagePreparation(
        string owner, (int Height, int Width)? size, ResizeFilter filter, PixelScale scale, ImmutableArray<double> mean,
        ImmutableArray<double> deviation)
    {
        (this.size, this.filter, this.scale, this.mean, this.deviation) = (size, filter, scale, mean, deviation);
        Channels(mean, $"{owner}.Mean", _ => true, "3 numbers");
        Channels(deviation, $"{owner}.StandardDeviation", value => value > 0, "3 positive numbers");
        if (size is { } given && (given.Height < 1 || given.Width < 1))
        {
            throw new ArgumentException($"{owner}.Size must be at least 1×1, but is {given.Height}×{given.Width}.", nameof(size));
        }

        if (!Enum.IsDefined(filter))
        {
            throw new ArgumentOutOfRangeException(nameof(filter), filter, $"{owner}.Filter must be a value of {nameof(ResizeFilter)}.");
        }

        if (!Enum.IsDefined(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"{owner}.Scale must be a value of {nameof(PixelScale)}.");
        }
    }

    /// <summary>The images as the network takes them; gray ones as three equal channels.</summary>
    public Tensor Apply(Tensor images)
    {
        Tensor x = images.size(1) == 1 ? images.expand(images.size(0), 3, images.size(2), images.size(3)).contiguous() : images;
        if (size is { } wanted && (wanted.Height != x.size(2) || wanted.Width != x.size(3)))
        {
            x = ImageResizing.Resized(x.to(float32), wanted.Height, wanted.Width, filter);
        }

        if (scale != PixelScale.Bytes || !mean.IsEmpty || !deviation.IsEmpty) x = x.to(float32);
        x = scale switch
        {
            PixelScale.UnitInterval => x.Over(255),
            PixelScale.MinusOneToOne => PixelRange.ToValues(x),
            _ => x,
        };
        if (!mean.IsEmpty) x -= Column(mean, x);
        if (!deviation.IsEmpty) x /= Column(deviation, x);
        return x;
    }

    private static Tensor Column(ImmutableArray<double> values, Tensor like) =>
        tensor(values.ToArray(), float32, like.device).reshape(1, 3, 1, 1);

    private static void Channels(ImmutableArray<double> values, string name, Func<double, bool> valid, string expected)
    {
        if (!values.IsDefault && values.Length is (0 or 3) && values.All(valid)) return;
        throw new ArgumentException(
            $"{name} must be {expected}, or empty, but is {(values.IsDefault ? "unset" : string.Join(", ", values))}.", nameof(values));
    }
}
