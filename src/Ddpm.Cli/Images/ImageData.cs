using Ddpm.Cli.Arguments;
using Ddpm.Cli.Sampling;
using Ddpm.Data;
using Ddpm.Imaging;

namespace Ddpm.Cli.Images;

/// <summary>Images by the path of a folder of pictures, of what <c>ddpm sample</c> wrote, of CIFAR files, or of an IDX file.</summary>
internal static class ImageData
{
    /// <summary>The paths that can be opened, in words.</summary>
    public const string Kinds =
        "a folder of images (PNG, JPEG, WebP, GIF, BMP and others), CIFAR .bin files or their folder, an IDX file (MNIST and its kin), "
        + "a .npz file with bytes [N, H, W, C] as arr_0 (openai's samples)";

    /// <summary>Opens images that are measured: none of those that are skipped is stood in for by another.</summary>
    /// <param name="path">The path.</param>
    /// <param name="options">How images are read.</param>
    /// <param name="grayscale">Whether the pictures of a folder are read in shades of gray without the option too.</param>
    /// <param name="workers">Threads that read.</param>
    /// <param name="stop">Ends the reading.</param>
    public static OpenedImages Open(string path, ImageOptions options, bool grayscale, int workers, CancellationToken stop)
    {
        if (Directory.Exists(path))
        {
            string[] cifar = CifarBatches(path);
            if (cifar.Length > 0) return Cifar(cifar, options);
            ImageFolder folder = options.Open(Pictures(path), grayscale);
            return new OpenedImages(options.SkipDamaged ? folder.WithoutDamaged(workers, stop) : folder, folder);
        }

        if (!File.Exists(path)) throw new FileNotFoundException($"There is no folder and no file {path}.", path);
        if (IsNumPy(path)) return NumPy(path, options);
        if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)) return Cifar([path], options);
        RequireFolder(path, options);
        RequireSeveral(path);
        return new OpenedImages(IdxFile.Images(path, maxBytes: options.MaxBytes), null);
    }

    /// <summary>The files of CIFAR's training images in a folder; none in any other folder.</summary>
    public static string[] CifarBatches(string folder) =>
        [.. Directory.GetFiles(folder, "data_batch_*.bin").Order(StringComparer.Ordinal)];

    /// <summary>Refuses a file that is one image.</summary>
    public static void RequireSeveral(string file)
    {
        if (!ImageFile.Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)) return;
        throw new InvalidDataException($"{file} is one image, but images must be {Kinds}.");
    }

    /// <summary>Where the pictures of a folder are: what <c>ddpm sample</c> wrote has a folder of them.</summary>
    public static string Pictures(string path) => SampleFolder.IsOne(path) ? Path.Combine(path, SampleFolder.ImagesFolder) : path;

    /// <summary>Whether a path names a file of NumPy's arrays.</summary>
    public static bool IsNumPy(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    private static OpenedImages NumPy(string path, ImageOptions options)
    {
        if (NpzFile.HasStatistics(path))
        {
            throw new UsageException($"{path} has statistics, which only the reference of fid can be; images are needed here.");
        }

        RequireFolder(path, options);
        return new OpenedImages(NpzFile.Images(path, options.MaxBytes), null);
    }

    private static OpenedImages Cifar(string[] paths, ImageOptions options)
    {
        RequireFolder(paths[0], options);
        return new OpenedImages(CifarFile.Images(paths, options.MaxBytes), null);
    }

    private static void RequireFolder(string path, ImageOptions options) =>
        options.RequireFolder($"folders of images, but {path} is a file");
}
