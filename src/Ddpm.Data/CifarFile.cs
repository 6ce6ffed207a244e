using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Reads the binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3,072 pixels.</summary>
public static class CifarFile
{
    private const int Pixels = 3 * 32 * 32;

    /// <summary>Reads CIFAR-10 files, such as data_batch_1.bin … data_batch_5.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their classes, int64 [N] from 0 to 9. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is no whole number of records, or a label is out of range; the message names it.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar10(params string[] paths) => Read(paths, labelBytes: 1, classes: 10);

    /// <summary>Reads CIFAR-100 files, such as train.bin.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <returns>The images, uint8 [N, 3, 32, 32], and their fine classes, int64 [N] from 0 to 99. Fresh tensors.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is no whole number of records, or a label is out of range; the message names it.
    /// </exception>
    public static (Tensor Images, Tensor Labels) ReadCifar100(params string[] paths) => Read(paths, labelBytes: 2, classes: 100);

    private static (Tensor Images, Tensor Labels) Read(string[] paths, int labelBytes, int classes)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Length == 0) throw new ArgumentException("paths must name at least 1 file, but is empty.", nameof(paths));
        using var scope = NewDisposeScope();
        var images = new List<Tensor>();
        var labels = new List<Tensor>();
        foreach (string path in paths)
        {
            byte[] bytes = File.ReadAllBytes(path);
            int record = labelBytes + Pixels;
            if (bytes.Length == 0 || bytes.Length % record != 0)
            {
                throw new InvalidDataException($"{path} must hold whole records of {record} bytes, but has {bytes.Length} bytes.");
            }

            Tensor records = tensor(bytes, uint8).reshape(-1, record);
            // The last label byte is the fine class.
            Tensor fine = records.select(1, labelBytes - 1).to(int64);
            long largest = fine.max().item<long>();
            if (largest >= classes)
            {
                throw new InvalidDataException(
                    $"{path} must have classes 0 … {classes - 1}, but record {fine.argmax().item<long>()} is of class {largest}.");
            }

            labels.Add(fine);
            images.Add(records.narrow(1, labelBytes, Pixels).reshape(-1, 3, 32, 32));
        }

        return (cat(images).MoveToOuterDisposeScope(), cat(labels).MoveToOuterDisposeScope());
    }
}
