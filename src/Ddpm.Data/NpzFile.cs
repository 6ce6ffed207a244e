using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// Reads images from NumPy's .npz files, such as the samples of openai's guided-diffusion and improved-diffusion: the array arr_0 of bytes
/// [N, H, W, C], and where there are classes arr_1 of whole numbers [N].
/// </summary>
public static class NpzFile
{
    /// <summary>Limits by default the bytes that a file may state: 1 GiB.</summary>
    public const int DefaultMaxBytes = 1 << 30;

    private const string ImagesName = "arr_0", LabelsName = "arr_1", ByteType = "|u1";

    // As many as a model folder may have.
    private const int MostClasses = 1_000_000;

    // Whole numbers as NumPy names them, little-endian.
    private static readonly (string Name, ScalarType Type, int Bytes)[] WholeNumbers =
    [
        (ByteType, ScalarType.Byte, 1), ("|i1", ScalarType.Int8, 1), ("<i2", ScalarType.Int16, 2), ("<i4", ScalarType.Int32, 4),
        ("<i8", ScalarType.Int64, 8),
    ];

    /// <summary>Reads images as a data set.</summary>
    /// <param name="path">The file, as numpy.savez or numpy.savez_compressed writes it.</param>
    /// <param name="maxBytes">The most bytes that an array may state; it is checked before memory is allocated. Range: ≥ 1.</param>
    /// <param name="classNames">The names of the classes. Default: numbers only, as many as the labels have.</param>
    /// <returns>The images, [N, C, H, W]; [N, H, W] are images of one channel.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no .npz file, has no array arr_0 of images, states too many bytes, is damaged, or has a label without a name; the
    /// message names the file.
    /// </exception>
    /// <exception cref="ArgumentException">There are names and no labels.</exception>
    public static ImageDataset Images(string path, int maxBytes = DefaultMaxBytes, ClassNames? classNames = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        (Tensor images, Tensor? labels) = NpzArchive.Read(path, archive =>
        {
            if (!archive.Has(ImagesName))
            {
                throw new InvalidDataException($"{path} must have images as the array {ImagesName}, but has {archive.Names}.");
            }

            Tensor pixels = archive.ReadArray(ImagesName, (stream, name, stated) => Pixels(stream, name, stated, maxBytes));
            Tensor? classes = archive.Has(LabelsName)
                ? archive.ReadArray(LabelsName, (stream, name, stated) => Labels(stream, name, stated, pixels.size(0), maxBytes))
                : null;
            return (pixels, classes);
        });
        return ClassLabels.Take(path, images, labels, classNames);
    }

    /// <summary>Returns whether a file has statistics of features, as Python's FID programs write them, rather than images.</summary>
    /// <exception cref="InvalidDataException">It is no .npz file.</exception>
    internal static bool HasStatistics(string path) => NpzArchive.Read(path, archive => archive.Has("mu") && archive.Has("sigma"));

    private static Tensor Pixels(Stream stream, string name, long stated, int maxBytes)
    {
        NpyHeader header = Header(stream, name);
        long[] shape = header.Shape;
        if (header.Type != ByteType || shape.Length is not (3 or 4) || (shape.Length == 4 && shape[3] is not (1 or 3)))
        {
            throw new InvalidDataException(
                $"{name} must be images of type {ByteType}, [N, H, W, C] of 1 or 3 channels or [N, H, W], but is of type {header.Type} and "
                + $"({header.Axes}).");
        }

        RequireBytes(name, header, 1, maxBytes);
        Tensor numbers = Numbers(stream, name, stated, header, ScalarType.Byte, 1);
        return shape.Length == 3 ? numbers.unsqueeze(1) : numbers.permute(0, 3, 1, 2).contiguous();
    }

    private static Tensor Labels(Stream stream, string name, long stated, long images, int maxBytes)
    {
        NpyHeader header = Header(stream, name);
        int known = Array.FindIndex(WholeNumbers, type => type.Name == header.Type);
        if (known < 0 || header.Shape.Length != 1 || header.Shape[0] != images)
        {
            throw new InvalidDataException(
                $"{name} must be the classes of {images} images, whole numbers ({images},), but is of type {header.Type} and "
                + $"({header.Axes}).");
        }

        RequireBytes(name, header, WholeNumbers[known].Bytes, maxBytes);
        Tensor labels = Numbers(stream, name, stated, header, WholeNumbers[known].Type, WholeNumbers[known].Bytes).to(int64);
        long least = labels.min().item<long>(), most = labels.max().item<long>();
        return least >= 0 && most < MostClasses ? labels : throw new InvalidDataException(
            $"{name} must hold classes 0 … {MostClasses - 1}, but has {(least < 0 ? least : most)}.");
    }

    private static NpyHeader Header(Stream stream, string name)
    {
        try
        {
            return NpyHeader.Read(stream, name);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{name} is truncated.", exception);
        }
    }

    private static void RequireBytes(string name, NpyHeader header, int width, int maxBytes)
    {
        // Each axis may be of 64 bits: their product of more than 128 is no number.
        double bytes = header.Shape.Aggregate((double)width, (product, axis) => product * axis);
        if (bytes >= 1 && bytes <= maxBytes) return;
        throw new InvalidDataException($"{name} states ({header.Axes}), which is {bytes} bytes, but must state 1 … {maxBytes} (maxBytes).");
    }

    private static Tensor Numbers(Stream stream, string name, long stated, NpyHeader header, ScalarType type, int width)
    {
        long count = header.Shape.Aggregate(1L, (product, axis) => product * axis);
        header.RequireLength(name, stated, count * width);
        Tensor numbers = empty([count], type);
        if (stream.ReadAtLeast(numbers.bytes, (int)(count * width), throwOnEndOfStream: false) < count * width)
        {
            throw new InvalidDataException($"{name} is truncated.");
        }

        if (stream.ReadByte() >= 0) throw new InvalidDataException($"{name} is longer than its shape ({header.Axes}) says.");
        if (!header.ColumnsFirst) return numbers.reshape(header.Shape);
        long[] order = [.. Enumerable.Range(0, header.Shape.Length).Reverse().Select(axis => (long)axis)];
        return numbers.reshape([.. header.Shape.Reverse()]).permute(order).contiguous();
    }
}
