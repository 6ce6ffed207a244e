using Ddpm.Core;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Reads the binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3,072 pixels.</summary>
public static class CifarFile
{
    private const int Pixels = 3 * 32 * 32;

    /// <summary>Limits the bytes of all files together by default: 1 GiB.</summary>
    public const int DefaultMaxBytes = 1 << 30;

    /// <summary>Reads CIFAR-10 files, such as data_batch_1.bin … data_batch_5.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their classes, int64 [N] from 0 to 9. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file does not hold a whole number of records, a label is out of range, or the files are too large; the message names the file.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar10(params string[] paths) => ReadCifar10(paths, DefaultMaxBytes);

    /// <summary>Reads CIFAR-10 files, such as data_batch_1.bin … data_batch_5.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="maxBytes">The most bytes that the files may have together. Range: ≥ 1.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their classes, int64 [N] from 0 to 9. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file does not hold a whole number of records, a label is out of range, or the files are too large; the message names the file.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar10(IReadOnlyList<string> paths, int maxBytes) =>
        Read(paths, maxBytes, labelBytes: 1, classes: 10);

    /// <summary>Reads CIFAR-100 files, such as train.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their fine classes, int64 [N] from 0 to 99. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file does not hold a whole number of records, a label is out of range, or the files are too large; the message names the file.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar100(params string[] paths) => ReadCifar100(paths, DefaultMaxBytes);

    /// <summary>Reads CIFAR-100 files, such as train.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="maxBytes">The most bytes that the files may have together. Range: ≥ 1.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their fine classes, int64 [N] from 0 to 99. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file does not hold a whole number of records, a label is out of range, or the files are too large; the message names the file.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar100(IReadOnlyList<string> paths, int maxBytes) =>
        Read(paths, maxBytes, labelBytes: 2, classes: 100);

    /// <summary>Reads CIFAR-10 or CIFAR-100 files, whichever the length of their records says, as a data set.</summary>
    /// <param name="paths">The files, in order, such as data_batch_1.bin … data_batch_5.bin, or train.bin.</param>
    /// <param name="maxBytes">The most bytes that the files may have together. Range: ≥ 1.</param>
    /// <param name="classNames">The names of the 10 or 100 (fine) classes. Default: numbers only.</param>
    /// <returns>The images, [N, 3, 32, 32], with their classes.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is no whole number of records, or a label is out of range, or the files are too large; the message names the file.
    /// </exception>
    /// <exception cref="ArgumentException">There is no file, or the names are not as many as the classes.</exception>
    public static ImageDataset Images(IReadOnlyList<string> paths, int maxBytes = DefaultMaxBytes, ClassNames? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        bool hundred = paths.Count > 0 && IsCifar100(paths[0]);
        (Tensor images, Tensor labels) = hundred ? ReadCifar100(paths, maxBytes) : ReadCifar10(paths, maxBytes);
        using (images)
        using (labels) return ImageDataset.Take(images, labels, hundred ? 100 : 10, classNames);
    }

    private static bool IsCifar100(string path)
    {
        using SafeFileHandle handle = RegularFile.Open(path);
        long length = RandomAccess.GetLength(handle);
        return length % (1 + Pixels) != 0 && length % (2 + Pixels) == 0;
    }

    private static (Tensor Images, Tensor Labels) Read(IReadOnlyList<string> paths, int maxBytes, int labelBytes, int classes)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        TorchRuntime.EnsureLoaded();
        if (paths.Count == 0) throw new ArgumentException("paths must name at least 1 file, but is empty.", nameof(paths));
        long records = paths.Sum(path => Records(path, labelBytes + Pixels)), bytes = records * (labelBytes + Pixels);
        if (bytes > maxBytes)
        {
            string files = paths.Count == 1 ? paths[0] : $"{paths[0]} … {paths[^1]}";
            throw new InvalidDataException($"{files} must have at most {maxBytes} bytes ({nameof(maxBytes)}), but has {bytes}.");
        }

        int count = (int)records;
        using var scope = NewDisposeScope();
        Tensor images = empty([count, 3, 32, 32], uint8);
        var labels = new long[count];
        int done = 0;
        foreach (string path in paths)
        {
            using SafeFileHandle handle = RegularFile.Open(path);
            var record = new byte[labelBytes + Pixels];
            for (long offset = 0; done < count && RegularFile.TryFill(handle, offset, record); offset += record.Length, done++)
            {
                // The last label byte is the fine class.
                labels[done] = record[labelBytes - 1];
                if (labels[done] >= classes)
                {
                    throw new InvalidDataException(
                        $"{path} must have classes 0 … {classes - 1}, but record {offset / record.Length} is of class {labels[done]}.");
                }

                using Tensor place = images.narrow(0, done, 1);
                record.AsSpan(labelBytes).CopyTo(place.bytes);
            }
        }

        if (done < count) throw new InvalidDataException($"{paths[^1]} ended early: it was shortened while it was read.");
        return (images.MoveToOuterDisposeScope(), tensor(labels, int64).MoveToOuterDisposeScope());
    }

    private static long Records(string path, int record)
    {
        using SafeFileHandle handle = RegularFile.Open(path);
        long length = RandomAccess.GetLength(handle);
        return length % record == 0
            ? length / record
            : throw new InvalidDataException($"{path} must hold whole records of {record} bytes, but has {length} bytes.");
    }
}
