using System.Buffers.Binary;
using System.IO.Compression;
using Ddpm.Core;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Reads the IDX format of MNIST, Fashion-MNIST and EMNIST, plain or compressed by gzip in one part.</summary>
public static class IdxFile
{
    /// <summary>Limits by default the bytes that a file may state: 1 GiB.</summary>
    public const int DefaultMaxBytes = 1 << 30;

    // 0, 0, the element type, the number of axes; then each axis's length, big-endian.
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file of bytes, such as train-images-idx3-ubyte.gz.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes that the file may state; it is checked before memory is allocated. Range: ≥ 1.</param>
    /// <returns>The numbers, uint8 in the file's shape: [N, H, W] for images, [N] for labels. A fresh tensor.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not an IDX file of bytes, states more than <paramref name="maxBytes"/>, or is truncated or longer than it says; the
    /// message names it.
    /// </exception>
    public static Tensor Read(string path, int maxBytes = DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        TorchRuntime.EnsureLoaded();
        using SafeFileHandle handle = RegularFile.Open(path);
        using var file = new FileStream(handle, FileAccess.Read);
        Span<byte> magic = stackalloc byte[2];
        int start = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        bool compressed = start == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
        try
        {
            using Stream stream = compressed ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
            Tensor numbers = ReadStream(stream, path, maxBytes, file.Length * (compressed ? Deflate.MostExpansion : 1), out uint sum);
            if (compressed) RequireTrailer(path, file, numbers, sum);
            return numbers;
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{path} is truncated.", exception);
        }
        catch (InvalidDataException exception) when (!exception.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is not valid gzip: {exception.Message}", exception);
        }
    }

    /// <summary>Reads images as a data set.</summary>
    /// <param name="path">The file of images, [N, H, W].</param>
    /// <param name="labelsPath">The file of their classes, [N]. Default: none.</param>
    /// <param name="maxBytes">The most bytes that a file may state, which is checked before they are allocated. Range: ≥ 1.</param>
    /// <param name="classNames">The names of the classes. Default: numbers only, as many as the labels have.</param>
    /// <returns>The images, [N, 1, H, W].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is no IDX file of images or of as many classes, or states too many bytes, or has a label without a name.
    /// </exception>
    /// <exception cref="ArgumentException">There are names and no labels.</exception>
    public static ImageDataset Images(
        string path, string? labelsPath = null, int maxBytes = DefaultMaxBytes, ClassNames? classNames = null)
    {
        using Tensor pixels = Read(path, maxBytes);
        if (pixels.dim() != 3)
        {
            throw new InvalidDataException($"{path} must hold images [N, H, W], but holds [{string.Join(", ", pixels.shape)}].");
        }

        using Tensor images = pixels.unsqueeze(1);
        using Tensor? labels = labelsPath is null ? null : Read(labelsPath, maxBytes);
        if (labels is not null && (labels.dim() != 1 || labels.size(0) != pixels.size(0)))
        {
            throw new InvalidDataException(
                $"{labelsPath} must hold the classes [{pixels.size(0)}] of {path}, but holds [{string.Join(", ", labels.shape)}].");
        }

        return ClassLabels.Take(labelsPath ?? path, images, labels, classNames);
    }

    // The last bytes of a compressed file: the check sum and the number of the bytes that it holds.
    private static void RequireTrailer(string path, FileStream file, Tensor numbers, uint sum)
    {
        Span<byte> trailer = stackalloc byte[8];
        file.Position = file.Length - trailer.Length;
        file.ReadExactly(trailer);
        uint statedSum = BinaryPrimitives.ReadUInt32LittleEndian(trailer), stated = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        uint bytes = (uint)(HeaderLength((int)numbers.dim()) + numbers.numel());
        if (stated == bytes && statedSum == sum) return;
        numbers.Dispose();
        throw new InvalidDataException(
            $"{path} is not valid gzip of one part: its end states {stated} bytes of check sum {statedSum:X8}, but it holds {bytes} of " +
            $"{sum:X8}.");
    }

    private static int HeaderLength(int axes) => 4 + 4 * axes;

    private static Tensor ReadStream(Stream stream, string path, int maxBytes, long most, out uint sum)
    {
        long[] shape = Header(stream, path, maxBytes, out sum);
        string stated = $"[{string.Join(", ", shape)}]";
        int count = (int)shape.Aggregate((product, axis) => product * axis);
        bool plain = stream is FileStream;
        long room = most - HeaderLength(shape.Length);
        if (room < count || (plain && room > count))
        {
            string few = plain ? $"it holds {room} of the {count} bytes of {stated}" : $"it is too short for the {count} bytes of {stated}";
            throw new InvalidDataException(room < count
                ? $"{path} is truncated: {few}."
                : $"{path} is longer than it says: it holds {room} bytes, not the {count} of {stated}.");
        }

        Tensor numbers = empty(shape, uint8).DetachFromDisposeScope();
        try
        {
            int read = stream.ReadAtLeast(numbers.bytes, count, throwOnEndOfStream: false);
            if (read < count)
            {
                throw new InvalidDataException($"{path} is truncated: it holds {read} of the {count} bytes of {stated}.");
            }

            if (stream.ReadByte() >= 0)
            {
                throw new InvalidDataException($"{path} is longer than it says: it holds more than the {count} bytes of {stated}.");
            }

            if (!plain) sum = Crc32.Append(sum, numbers.bytes);
            return numbers;
        }
        catch
        {
            numbers.Dispose();
            throw;
        }
    }

    private static long[] Header(Stream stream, string path, int maxBytes, out uint sum)
    {
        Span<byte> word = stackalloc byte[4];
        stream.ReadExactly(word);
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByte || word[3] is < 1 or > 4)
        {
            throw new InvalidDataException(
                $"{path} must begin as an IDX file of bytes with 1 to 4 axes, 00 00 08 0n, but begins with {Convert.ToHexString(word)}.");
        }

        sum = Crc32.Append(0, word);
        var shape = new long[word[3]];
        foreach (ref long axis in shape.AsSpan())
        {
            stream.ReadExactly(word);
            axis = BinaryPrimitives.ReadUInt32BigEndian(word);
            sum = Crc32.Append(sum, word);
        }

        // Axes of 32 bits: their product may need 128.
        UInt128 bytes = shape.Aggregate((UInt128)1, (product, axis) => product * (UInt128)axis);
        if (bytes == 0 || bytes > (UInt128)maxBytes)
        {
            throw new InvalidDataException(
                $"{path} states [{string.Join(", ", shape)}], which is {bytes} bytes, but must state 1 … {maxBytes} ({nameof(maxBytes)}).");
        }

        return shape;
    }
}
