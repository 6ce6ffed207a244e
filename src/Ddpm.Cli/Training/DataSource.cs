using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Data;

namespace Ddpm.Cli.Training;

/// <summary>Opens the data set that <c>--data</c> names.</summary>
internal static class DataSource
{
    public static OpenedImages Open(TrainOptions options)
    {
        if (!options.ClassNames.IsEmpty && !options.Conditional)
        {
            throw new UsageException("--class-names goes with --conditional: without it the network learns no classes.");
        }

        // The folder of CIFAR's files stands for its files of training images.
        bool isFolder = options.Data is [var only] && Directory.Exists(only);
        string[] cifar = isFolder ? ImageData.CifarBatches(options.Data[0]) : [];
        ImmutableArray<string> data = cifar.Length > 0 ? [.. cifar] : options.Data;
        OpenedImages images = OpenData(options, data);
        if (!options.Conditional) return images;
        try
        {
            return ClassNameSource.Name(images, options.ClassNames, images.Folder is null ? options.Labels ?? data[0] : null);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private static OpenedImages OpenData(TrainOptions options, ImmutableArray<string> data)
    {
        string first = data[0];
        ImageOptions images = options.Images;
        if (Directory.Exists(first))
        {
            if (data.Length > 1)
            {
                throw new UsageException($"--data must be one folder, or files, but is {string.Join(", ", data)}.");
            }

            if (options.Labels is not null)
            {
                throw new UsageException("--labels goes with an IDX file; the classes of a folder are its subfolders.");
            }

            ImageFolder folder = images.Open(ImageData.Pictures(first));
            RequireOutputBesides(options.Output, folder);
            return new OpenedImages(folder, folder);
        }

        if (data.FirstOrDefault(path => !File.Exists(path)) is { } missing)
        {
            throw new FileNotFoundException($"--data: there is no folder and no file {missing}.", missing);
        }

        images.RequireFolder("a folder of images");
        if (first.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            return new OpenedImages(CifarFile.Images(data, images.MaxBytes), null);
        }

        string kind = ImageData.IsNumPy(first) ? ".npz" : "IDX";
        if (data.Length > 1) throw new UsageException($"--data must be one {kind} file, but is {string.Join(", ", data)}.");
        if (ImageData.IsNumPy(first))
        {
            return options.Labels is null ? ImageData.Open(first, images, grayscale: false, workers: 1, CancellationToken.None)
                : throw new UsageException("--labels goes with an IDX file; the classes of a .npz file are its arr_1.");
        }

        ImageData.RequireSeveral(first);
        return new OpenedImages(IdxFile.Images(first, options.Labels, images.MaxBytes), null);
    }

    // A folder that a run writes to is no data the next time: it must not hold any.
    private static void RequireOutputBesides(string output, ImageFolder folder)
    {
        string below = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)) + Path.DirectorySeparatorChar;
        if (Path.GetFullPath(folder.Folder).StartsWith(below, StringComparison.Ordinal)) return;
        int held = folder.Files.Count(file => Path.GetFullPath(file).StartsWith(below, StringComparison.Ordinal));
        if (held == 0) return;
        throw new UsageException(
            $"--out must be a folder without images of --data, but {output} has {held} of them; a folder of its own in {folder.Folder} is "
                + "left out of the data.");
    }
}
