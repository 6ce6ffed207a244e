using Ddpm.Cli.Arguments;
using Ddpm.Data;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Cli.Training;

/// <summary>Opens the data set that <c>--data</c> names.</summary>
internal static class DataSource
{
    public static IDataset Open(TrainOptions options)
    {
        string first = options.Data[0];
        if (Directory.Exists(first))
        {
            if (options.Data.Length > 1)
            {
                throw new UsageException($"--data must be one folder, or files, but is {string.Join(", ", options.Data)}.");
            }

            if (options.Labels is not null)
            {
                throw new UsageException("--labels goes with an IDX file; the classes of a folder are its subfolders.");
            }

            return new ImageFolder(first, new ImageFolderOptions
            {
                Load = new ImageLoadOptions { Grayscale = options.Grayscale, Size = options.Size is { } size ? (size, size) : null },
                Damaged = options.SkipDamaged ? DamagedImages.Skip : DamagedImages.Fail,
            });
        }

        if (options.Size is not null || options.Grayscale || options.SkipDamaged)
        {
            throw new UsageException("--size, --grayscale and --skip-damaged go with a folder of images.");
        }

        if (first.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            (Tensor images, Tensor labels) = CifarFile.ReadCifar10([.. options.Data]);
            using (images)
            using (labels) return new ImageDataset(images, labels, 10);
        }

        if (options.Data.Length > 1) throw new UsageException($"--data must be one IDX file, but is {string.Join(", ", options.Data)}.");
        return IdxFile.Images(first, options.Labels);
    }
}
