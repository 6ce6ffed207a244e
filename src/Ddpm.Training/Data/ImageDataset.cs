using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Images in memory, one byte for each value until they become a batch. Immutable; dispose it to free them.</summary>
public sealed class ImageDataset : IDisposable
{
    private readonly Tensor pixels;

    /// <summary>A data set of a tensor, which is copied.</summary>
    /// <param name="pixels">The images, uint8 [N, C, H, W] with N ≥ 1.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another shape or type, or no image.</exception>
    public ImageDataset(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.dim() != 4 || pixels.numel() == 0) throw new ArgumentException($"pixels must have the shape [N, C, H, W] with at least one image, but has [{string.Join(", ", pixels.shape)}].", nameof(pixels));
        if (pixels.dtype != uint8) throw new ArgumentException($"pixels must be uint8, but is {pixels.dtype}.", nameof(pixels));
        using Tensor host = pixels.cpu();
        this.pixels = host.contiguous().clone().DetachFromDisposeScope();
        Shape = [.. pixels.shape.Skip(1)];
        Count = checked((int)pixels.size(0));
    }

    /// <summary>The number of images.</summary>
    public int Count { get; }

    /// <summary>The shape of one image, [C, H, W].</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Images by their numbers.</summary>
    /// <param name="indices">The numbers. Range: 0 ≤ i &lt; <see cref="Count"/>.</param>
    /// <returns>The images, uint8 [indices, C, H, W]; a fresh tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Tensor Images(ReadOnlySpan<long> indices)
    {
        foreach (long index in indices)
        {
            if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException(nameof(indices), index, $"indices must be numbers 0 … {Count - 1} of images, but one is {index}.");
        }

        using Tensor chosen = tensor(indices.ToArray(), int64);
        return pixels.index_select(0, chosen);
    }

    /// <summary>All images.</summary>
    /// <returns>The images, uint8 [N, C, H, W]; a fresh tensor.</returns>
    public Tensor Images() => pixels.clone();

    /// <summary>Frees the images.</summary>
    public void Dispose() => pixels.Dispose();
}
