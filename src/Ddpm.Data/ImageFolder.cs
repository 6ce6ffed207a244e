using System.Collections.Concurrent;
using System.Text;
using Ddpm.Core;
using Ddpm.Imaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// PNG and JPEG files in a folder, read when they are needed: no more than a batch of them is in memory. Where the folder has subfolders,
/// each is a class, in the order of their names. All are read at once with <see cref="ToMemory"/>.
/// </summary>
public sealed class ImageFolder : IDataset
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];
    private readonly string[] files;
    private readonly int[] classes;
    private readonly ImageFolderOptions options;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, string> damaged = new(StringComparer.Ordinal);
    private readonly string digest;

    /// <summary>Lists the images of a folder, and reads the first.</summary>
    /// <param name="folder">The folder, with images or with a subfolder of images (at any depth) for each class.</param>
    /// <param name="options">How. Default: in colour at their own size, and any damage an error.</param>
    /// <param name="logger">Receives the files that are skipped. Default: no logging.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no image, or images lie both beside and in subfolders, or a class is empty, or no image can be used.
    /// </exception>
    public ImageFolder(string folder, ImageFolderOptions? options = null, ILogger<ImageFolder>? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        this.options = options ?? new ImageFolderOptions();
        this.logger = logger ?? NullLogger<ImageFolder>.Instance;
        string[] own = Images(folder, SearchOption.TopDirectoryOnly);
        string[] subfolders = [.. Directory.GetDirectories(folder).Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)];
        string[][] nested = [.. subfolders.Select(subfolder => Images(subfolder, SearchOption.AllDirectories))];
        if (nested.All(list => list.Length == 0)) (subfolders, nested) = ([], []);
        if (own.Length == 0 && nested.Length == 0)
        {
            throw new InvalidDataException($"{folder} must have images ({string.Join(", ", Extensions)}), but has none.");
        }

        if (own.Length > 0 && nested.Length > 0)
        {
            throw new InvalidDataException(
                $"{folder} must have images either beside each other or in a subfolder for each class, but has both, such as {own[0]} " +
                $"and {nested.First(list => list.Length > 0)[0]}.");
        }

        int empty = Array.FindIndex(nested, list => list.Length == 0);
        if (empty >= 0) throw new InvalidDataException($"{subfolders[empty]} must have images, being a class, but has none.");

        Folder = folder;
        files = nested.Length > 0 ? [.. nested.SelectMany(list => list)] : own;
        classes = [.. nested.SelectMany((list, number) => Enumerable.Repeat(number, list.Length))];
        ClassNames = [.. subfolders.Select(subfolder => Path.GetFileName(subfolder))];
        digest = Digest();
        Shape = this.options.Load.Size is { } size ? [this.options.Load.Grayscale ? 1 : 3, size.Height, size.Width] : ShapeOfFirst();
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public int Count => files.Length;

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public int ClassCount => ClassNames.Count;

    /// <summary>The names of the classes, that is of the subfolders, by their numbers; empty where there are none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The files in their order, by names and sizes only: their contents are not read for it.</summary>
    public string Identity => $"{Count} image files [{string.Join(", ", Shape)}]{(ClassCount > 0 ? $" of {ClassCount} classes" : "")}, " +
        $"{options.Load.Fit}, {options.Damaged}, names and sizes {digest}";

    /// <summary>The files that could not be used so far, with the reasons.</summary>
    public IReadOnlyDictionary<string, string> DamagedFiles => damaged;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The image is damaged or of another size, and is not to be skipped, or all are; the message names it.
    /// </exception>
    public long Read(long index, Span<float> example)
    {
        if (index < 0 || index >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"index must be the number 0 … {Count - 1} of an image, but is {index}.");
        }

        (DecodedImage image, int used) = Usable((int)index);
        PixelRange.ToValues(image.Pixels.Span, example);
        return ClassCount > 0 ? classes[used] : -1;
    }

    /// <summary>Reads all images into memory, one byte for each value; those to be skipped are left out.</summary>
    /// <param name="progress">Receives the number of files read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">
    /// An image is damaged or of another size, and is not to be skipped, or all are; the message names it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public ImageDataset ToMemory(IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = empty([Count, .. Shape], uint8);
        var labels = new List<long>();
        for (int file = 0; file < Count; file++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDecode(file) is { } image)
            {
                using Tensor place = pixels.narrow(0, labels.Count, 1);
                image.Pixels.Span.CopyTo(place.bytes);
                labels.Add(ClassCount > 0 ? classes[file] : -1);
            }

            progress?.Report(file + 1);
        }

        if (labels.Count == 0) throw NoneUsable();
        return new ImageDataset(
            pixels.narrow(0, 0, labels.Count), ClassCount > 0 ? tensor(labels.ToArray(), int64) : null, ClassCount > 0 ? ClassCount : null);
    }

    private static string[] Images(string folder, SearchOption depth) =>
        [.. Directory.EnumerateFiles(folder, "*", depth)
            .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)];

    private long[] ShapeOfFirst()
    {
        for (int file = 0; file < Count; file++)
        {
            if (TryDecode(file) is { } image) return [image.Channels, image.Height, image.Width];
        }

        throw NoneUsable();
    }

    // The image, or the first after it that can be used.
    private (DecodedImage Image, int File) Usable(int index)
    {
        for (int step = 0; step < Count; step++)
        {
            int file = (index + step) % Count;
            if (TryDecode(file) is { } image) return (image, file);
        }

        throw NoneUsable();
    }

    private InvalidDataException NoneUsable() =>
        new($"{Folder} must have an image that can be used, but none of its {Count} can: {damaged.Values.First()}");

    // Null for a file that is to be skipped.
    private DecodedImage? TryDecode(int file)
    {
        string path = files[file];
        if (damaged.ContainsKey(path)) return null;
        try
        {
            DecodedImage image = ImageFile.Decode(path, options.Load);
            // While the first image is read there is no shape yet.
            if (Shape is [_, var height, var width] && (image.Height != height || image.Width != width))
            {
                throw new InvalidDataException(
                    $"{path} is of {image.Width}×{image.Height} pixels, but the first image of {width}×{height}: give a size to bring " +
                    "all to.") { Data = { ["option"] = nameof(ImageLoadOptions.Size) } };
            }

            return image;
        }
        catch (InvalidDataException exception) when (options.Damaged == DamagedImages.Skip)
        {
            if (damaged.TryAdd(path, exception.Message)) logger.ImageSkipped(exception.Message);
            return null;
        }
    }

    private string Digest()
    {
        var list = new StringBuilder();
        foreach (string file in files)
        {
            list.Append(Path.GetRelativePath(Folder, file).Replace('\\', '/')).Append('\0').Append(new FileInfo(file).Length).Append('\0');
        }

        return DataDigest.Of(Encoding.UTF8.GetBytes(list.ToString()));
    }
}
