using Ddpm.Cli.Arguments;
using Ddpm.Cli.Sampling;
using Ddpm.Data;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>Images by the path of a folder of pictures, of what <c>ddpm sample</c> wrote, of CIFAR files, or of an IDX file.</summary>
internal static class ImageData
{
    /// <summary>The paths that can be opened, in words.</summary>
    public const string Kinds = "a folder of PNG or JPEG files, CIFAR .bin files or their folder, an IDX file (MNIST and its kin)";

    private const int Cifar10Record = 3073, Cifar100Record = 3074;

    /// <summary>Opens a data set; the caller disposes one that is <see cref="IDisposable"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="size">Height and width to bring the pictures of a folder to; null for their own.</param>
    /// <param name="grayscale">Whether the pictures of a folder are read in shades of gray.</param>
    public static IDataset Open(string path, int? size, bool grayscale)
    {
        if (Directory.Exists(path))
        {
            string[] cifar = [.. Directory.GetFiles(path, "data_batch_*.bin").Order(StringComparer.Ordinal)];
            if (cifar.Length > 0) return Cifar(cifar, size, grayscale);
            string pictures = SampleFolder.IsOne(path) ? Path.Combine(path, SampleFolder.ImagesFolder) : path;
            var load = new ImageLoadOptions { Grayscale = grayscale, Size = size is { } side ? (side, side) : null };
            return new ImageFolder(pictures, new ImageFolderOptions { Load = load });
        }

        if (!File.Exists(path)) throw new FileNotFoundException($"There is no folder and no file {path}.", path);
        if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"{path} has statistics, which only the reference of fid can be; images are needed here.");
        }

        if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)) return Cifar([path], size, grayscale);
        RequireFolder(path, size, grayscale);
        return IdxFile.Images(path);
    }

    private static ImageDataset Cifar(string[] paths, int? size, bool grayscale)
    {
        RequireFolder(paths[0], size, grayscale);
        long length = new FileInfo(paths[0]).Length;
        bool hundred = length % Cifar10Record != 0 && length % Cifar100Record == 0;
        (Tensor images, Tensor labels) = hundred ? CifarFile.ReadCifar100(paths) : CifarFile.ReadCifar10(paths);
        using (images)
        using (labels) return new ImageDataset(images, labels, hundred ? 100 : 10);
    }

    private static void RequireFolder(string path, int? size, bool grayscale)
    {
        if (size is null && !grayscale) return;
        throw new UsageException($"--size and --grayscale go with folders of images, but {path} is a file.");
    }
}
