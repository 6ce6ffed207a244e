using System.Buffers.Binary;
using System.IO.Compression;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Reads the IDX format of MNIST, Fashion-MNIST and EMNIST, plain or gzip-compressed.</summary>
public static class IdxFile
{
    // 0, 0, the element type, the number of axes; then each axis's length, big-endian.
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file of bytes, such as train-images-idx3-ubyte.gz.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The numbers, uint8 in the file's shape: [N, H, W] for images, [N] for labels. A fresh tensor.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no IDX file of bytes, or is truncated or longer than it says; the message names it.
    /// </exception>
    public static Tensor Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        int start = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        bool compressed = start == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
        try
        {
            using Stream stream = compressed ? new GZipStream(file, CompressionMode.Decompress) : new BufferedStream(file);
            return ReadStream(stream, path);
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
    /// <returns>The images, [N, 1, H, W].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A file is no IDX file of images or of as many classes.</exception>
    public static ImageDataset Images(string path, string? labelsPath = null)
    {
        using Tensor pixels = Read(path);
        if (pixels.dim() != 3 || pixels.numel() == 0)
        {
            throw new InvalidDataException($"{path} must hold images [N, H, W], but holds [{string.Join(", ", pixels.shape)}].");
        }

        using Tensor images = pixels.unsqueeze(1);
        using Tensor? labels = labelsPath is null ? null : Read(labelsPath);
        if (labels is not null && (labels.dim() != 1 || labels.size(0) != pixels.size(0)))
        {
            throw new InvalidDataException(
                $"{labelsPath} must hold the classes [{pixels.size(0)}] of {path}, but holds [{string.Join(", ", labels.shape)}].");
        }

        return new ImageDataset(images, labels);
    }

    private static Tensor ReadStream(Stream stream, string path)
    {
        Span<byte> word = stackalloc byte[4];
        stream.ReadExactly(word);
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByte || word[3] is < 1 or > 4)
        {
            throw new InvalidDataException(
                $"{path} must begin as an IDX file of bytes with 1 to 4 axes, 00 00 08 0n, but begins with {Convert.ToHexString(word)}.");
        }

        var shape = new long[word[3]];
        long count = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            stream.ReadExactly(word);
            shape[axis] = BinaryPrimitives.ReadUInt32BigEndian(word);
            count = checked(count * shape[axis]);
            if (count > int.MaxValue)
            {
                throw new InvalidDataException(
                    $"{path} says that it holds [{string.Join(", ", shape[..(axis + 1)])}, …], more than the 2 GiB that are supported.");
            }
        }

        // As the bytes come, so that a damaged header costs no memory that the file cannot fill.
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        if (buffer.Length < count)
        {
            throw new InvalidDataException(
                $"{path} is truncated: it holds {buffer.Length} of the {count} bytes of [{string.Join(", ", shape)}].");
        }

        if (buffer.Length > count)
        {
            throw new InvalidDataException(
                $"{path} is longer than it says: it holds {buffer.Length} bytes, not the {count} of [{string.Join(", ", shape)}].");
        }

        using Tensor flat = tensor(buffer.ToArray(), uint8);
        return flat.reshape(shape);
    }
}
