using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// Holds images in memory, one byte for each value until they become a batch. It is immutable; dispose it to free the memory.
/// </summary>
public sealed class ImageDataset : IDataset, IDisposable
{
    private readonly Tensor pixels;
    private readonly Labels labels;
    private string? identity;

    /// <summary>Creates a data set from a tensor, which it copies.</summary>
    /// <param name="pixels">The images, uint8 [N, C, H, W] with N ≥ 1.</param>
    /// <param name="labels">
    /// The class of each image, whole numbers [N]. Default: none. Range: 0 … <paramref name="classCount"/> - 1.
    /// </param>
    /// <param name="classCount">The number of classes. Default: that of the names, or else the largest label and one.</param>
    /// <param name="classNames">The names of the classes. Default: numbers only.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="pixels"/> has another shape or type, or no image, or a label is out of range.
    /// </exception>
    public ImageDataset(Tensor pixels, Tensor? labels = null, int? classCount = null, ClassNames? classNames = null)
        : this(pixels, labels, classCount, classNames, copy: true)
    {
    }

    private ImageDataset(Tensor pixels, Tensor? labels, int? classCount, ClassNames? classNames, bool copy)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.dim() != 4 || pixels.numel() == 0)
        {
            throw new ArgumentException("pixels must have the shape [N, C, H, W] with at least one image, but has " +
                $"[{string.Join(", ", pixels.shape)}].", nameof(pixels));
        }

        if (pixels.dtype != uint8) throw new ArgumentException($"pixels must be uint8, but is {pixels.dtype}.", nameof(pixels));
        Shape = [.. pixels.shape.Skip(1)];
        Count = checked((int)pixels.size(0));
        this.labels = new Labels(labels, Count, classCount, classNames);
        using Tensor host = pixels.cpu();
        using Tensor contiguous = host.contiguous();
        this.pixels = (copy ? contiguous.clone() : contiguous.alias()).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Gets the shape of one image, [C, H, W].</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public int ClassCount => labels.ClassCount;

    /// <inheritdoc/>
    public ClassNames? ClassNames => labels.ClassNames;

    /// <inheritdoc/>
    public string Identity => identity ??=
        $"{Count} images [{string.Join(", ", Shape)}]{(ClassCount > 0 ? $" of {ClassCount} classes" : "")}, " +
        $"{DataDigest.Of(pixels, labels.Values)}";

    /// <summary>A data set of a tensor that nothing else uses, without a copy of its numbers.</summary>
    internal static ImageDataset Take(
        Tensor pixels, Tensor? labels = null, int? classCount = null, ClassNames? classNames = null) =>
        new(pixels, labels, classCount, classNames, copy: false);

    /// <inheritdoc/>
    public long Read(long index, Span<float> example)
    {
        if (index < 0 || index >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"index must be the number 0 … {Count - 1} of an image, but is {index}.");
        }

        using Tensor image = pixels.narrow(0, index, 1);
        PixelRange.ToValues(image.bytes, example);
        return labels[index];
    }

    /// <summary>Returns the images with given numbers.</summary>
    /// <param name="indices">The numbers. Range: 0 ≤ i &lt; <see cref="Count"/>.</param>
    /// <returns>The images, uint8 [indices, C, H, W]; a fresh tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Tensor Images(ReadOnlySpan<long> indices)
    {
        foreach (long index in indices)
        {
            if (index < 0 || index >= Count)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), index,
                    $"indices must be numbers 0 … {Count - 1} of images, but one is {index}.");
            }
        }

        using Tensor chosen = tensor(indices.ToArray(), int64);
        return pixels.index_select(0, chosen);
    }

    /// <summary>Returns all images.</summary>
    /// <returns>The images, uint8 [N, C, H, W]; a fresh tensor.</returns>
    public Tensor Images() => pixels.clone();

    /// <summary>Returns the class of every image.</summary>
    /// <returns>int64 [N], or null for images without classes; a fresh tensor.</returns>
    public Tensor? ImageLabels() => ClassCount == 0 ? null : tensor(labels.Values.ToArray(), int64);

    /// <summary>Frees the images.</summary>
    public void Dispose() => pixels.Dispose();
}
