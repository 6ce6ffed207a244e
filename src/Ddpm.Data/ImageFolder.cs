using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Ddpm.Core;
using Ddpm.Data.Folders;
using Ddpm.Imaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// Reads the image files of a folder when they are needed, with at most a batch of them in memory. If the folder has subfolders, each is a
/// class, in the order of their names. To read all at once, use <see cref="ToMemory"/>. <see cref="LeftOut"/> says what was left out.
/// </summary>
public sealed class ImageFolder : IDataset
{
    private readonly string[] files;
    private readonly int[] classes;
    private readonly ImageFolderOptions options;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, string> damaged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> sixteenBit = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> transparent = new(StringComparer.Ordinal);
    private readonly string digest;

    /// <summary>Lists the images of a folder, and reads the first.</summary>
    /// <param name="folder">
    /// The folder, with images or with a subfolder of images (at any depth) for each class. It leaves out hidden and system entries,
    /// folders that are marked as <see cref="OutputFolder"/>, links to folders that are read anyway, and files without one of the
    /// <see cref="ImageFile.Extensions"/>.
    /// </param>
    /// <param name="options">The settings of reading. Default: in colour at the files' size, with an error for any damage.</param>
    /// <param name="logger">Receives what is left out and the files that are skipped. Default: no logging.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no image, the folder holds both images and subfolders of images, a class is empty, no image can be used, or a folder cannot
    /// be listed.
    /// </exception>
    public ImageFolder(string folder, ImageFolderOptions? options = null, ILogger<ImageFolder>? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        this.options = options ?? ImageFolderOptions.Default;
        this.logger = logger ?? NullLogger<ImageFolder>.Instance;
        Folder = folder;
        var walk = new FolderWalk(folder, skipUnlisted: this.options.Damaged == DamagedImages.Skip);
        LeftOut = walk.LeftOut;
        foreach (LeftOutFiles some in LeftOut) this.logger.FilesLeftOut(some.Count, some.Reason, some.Example);
        IReadOnlyList<string> own = walk.Own;
        IReadOnlyList<(string Path, IReadOnlyList<string> Files)> subfolders = walk.Subfolders;
        if (subfolders.All(subfolder => subfolder.Files.Count == 0)) subfolders = [];
        RequireOneLayout(own, subfolders);
        files = subfolders.Count > 0 ? [.. subfolders.SelectMany(subfolder => subfolder.Files)] : [.. own];
        classes = [.. subfolders.SelectMany((subfolder, number) => Enumerable.Repeat(number, subfolder.Files.Count))];
        ClassNames = NamesOf(folder, [.. subfolders.Select(subfolder => Path.GetFileName(subfolder.Path))]);
        digest = Digest();
        Shape = this.options.Load.Size is { } size ? [this.options.Load.Grayscale ? 1 : 3, size.Height, size.Width] : ShapeOfFirst();
    }

    /// <summary>Gets the folder.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public int Count => files.Length;

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public int ClassCount => ClassNames?.Count ?? 0;

    /// <summary>Gets the names of the classes, that is of the subfolders, by their numbers; null where there are none.</summary>
    public ClassNames? ClassNames { get; }

    /// <summary>Gets the paths of the images, by their numbers.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Gets how each file becomes pixels.</summary>
    public ImageLoadOptions Load => options.Load;

    /// <summary>Gets what the folder holds that is not data, by reason.</summary>
    public IReadOnlyList<LeftOutFiles> LeftOut { get; }

    /// <summary>Gets a text of the files in order, by names and sizes only; contents are not read for it.</summary>
    public string Identity => $"{Count} image files [{string.Join(", ", Shape)}]{(ClassCount > 0 ? $" of {ClassCount} classes" : "")}, " +
        $"{options.Load.Fit}, {options.Damaged}, names and sizes {digest}{OtherLimit}{Ground}";

    /// <summary>Gets the files that could not be used so far, with the reasons.</summary>
    public IReadOnlyDictionary<string, string> DamagedFiles => damaged;

    /// <summary>Gets how many of the files read so far have 16 bits per channel; they are reduced to 8.</summary>
    public int SixteenBitFiles => sixteenBit.Count;

    /// <summary>
    /// Gets how many of the files read so far have transparent pixels, which <see cref="ImageLoadOptions.Background"/> makes opaque.
    /// </summary>
    public int TransparentFiles => transparent.Count;

    // Which files are skipped depends on it.
    private string OtherLimit => options.Damaged == DamagedImages.Skip && options.Load.MaxPixels != ImageLoadOptions.DefaultMaxPixels
        ? string.Create(CultureInfo.InvariantCulture, $", at most {options.Load.MaxPixels} pixels")
        : "";

    // Transparent pixels take its colour.
    private string Ground => options.Load.Background is { } colour
        ? $", transparent pixels over #{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}"
        : "";

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The image cannot be used and the options do not skip it, or all images are unusable; the message names the file.
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

    /// <summary>
    /// Reads all images into memory, one byte for each value, on as many threads as there are processors; skipped files are left out.
    /// </summary>
    /// <param name="progress">Receives the number of files read, from several threads but one at a time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">
    /// An image cannot be used and the options do not skip it, or all images are unusable; the message names the first such file.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public ImageDataset ToMemory(IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        ToMemoryOn(Environment.ProcessorCount, progress, cancellationToken);

    /// <summary>Reads all images into memory on some threads.</summary>
    internal ImageDataset ToMemoryOn(int workers, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        (Tensor pixels, int[] kept) = DecodedImages.Read([Count, .. Shape], workers, TryDecode, progress, cancellationToken);
        if (kept.Length == 0) throw NoneUsable();
        Tensor? known = ClassNames is null ? null : tensor(kept.Select(file => (long)classes[file]).ToArray(), int64);
        return ImageDataset.Take(pixels.narrow(0, 0, kept.Length), known, classNames: ClassNames);
    }

    /// <summary>
    /// Reads every file once and returns the usable ones. No file replaces another, because a measured set must not hold an image twice.
    /// </summary>
    /// <param name="workers">The number of reading threads. Range: ≥ 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The usable images, which are read from this folder.</returns>
    /// <exception cref="InvalidDataException">
    /// An image cannot be used and the options do not skip it, or all images are unusable.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public SubsetDataset WithoutDamaged(int workers = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        var usable = new bool[Count];
        OrderedLoop.Run(Count, workers, file => usable[file] = TryDecode(file) is not null, cancellationToken);
        if (!usable.Contains(true)) throw NoneUsable();
        return new SubsetDataset(this, Enumerable.Range(0, Count).Where(file => usable[file]).Select(file => (long)file));
    }

    private static ClassNames? NamesOf(string folder, string[] names)
    {
        try
        {
            return names.Length == 0 ? null : new ClassNames(names);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{folder} has subfolders whose {ArgumentMessage.Of(exception)}", exception);
        }
    }

    private void RequireOneLayout(IReadOnlyList<string> own, IReadOnlyList<(string Path, IReadOnlyList<string> Files)> subfolders)
    {
        string besides = LeftOut.Count == 0 ? "" : $"; left out: {string.Join("; ", LeftOut)}";
        if (own.Count == 0 && subfolders.Count == 0)
        {
            string endings = string.Join(", ", ImageFile.Extensions);
            throw new InvalidDataException($"{Folder} must have images ({endings}), but has none{besides}.");
        }

        if (own.Count > 0 && subfolders.Count > 0)
        {
            throw new InvalidDataException(
                $"{Folder} must have images either beside each other or in a subfolder for each class, but has both, such as {own[0]} " +
                $"and {subfolders.First(subfolder => subfolder.Files.Count > 0).Files[0]}.");
        }

        if (subfolders.FirstOrDefault(subfolder => subfolder.Files.Count == 0).Path is { } empty)
        {
            throw new InvalidDataException($"{empty} must have images, being a class, but has none{besides}.");
        }
    }

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
        new($"{Folder} must have an image that can be used, but none of its {Count} can: {damaged[files[0]]}");

    // Null for a file that is to be skipped.
    private DecodedImage? TryDecode(int file)
    {
        string path = files[file];
        if (damaged.ContainsKey(path)) return null;
        try
        {
            return Decode(path);
        }
        catch (Exception exception) when (options.Damaged == DamagedImages.Skip && Unreadable.Is(exception))
        {
            if (damaged.TryAdd(path, exception.Message)) logger.ImageSkipped(exception.Message);
            return null;
        }
    }

    private DecodedImage Decode(string path)
    {
        DecodedImage image;
        try
        {
            image = ImageFile.Decode(path, options.Load);
        }
        catch (Exception exception) when (Unreadable.Is(exception) && exception is not InvalidDataException)
        {
            throw new InvalidDataException($"{path} cannot be read: {Unreadable.Reason(path, exception)}", exception);
        }

        // While the first image is read there is no shape yet.
        if (Shape is [_, var height, var width] && (image.Height != height || image.Width != width))
        {
            throw new InvalidDataException(
                $"{path} is of {image.Width}×{image.Height} pixels, but the first image of {width}×{height}: give a size to bring " +
                $"all to ({nameof(ImageLoadOptions)}.{nameof(ImageLoadOptions.Size)}).");
        }

        if (image.BitsPerChannel > 8 && sixteenBit.TryAdd(path, 0)) logger.SixteenBits(path);
        if (image.IsTransparent) transparent.TryAdd(path, 0);
        return image;
    }

    private string Digest()
    {
        var list = new StringBuilder();
        foreach (string file in files)
        {
            var info = new FileInfo(file);
            list.Append(Path.GetRelativePath(Folder, file).Replace('\\', '/')).Append('\0');
            list.Append(info.Exists ? info.Length : -1).Append('\0');
        }

        return DataDigest.Of(Encoding.UTF8.GetBytes(list.ToString()));
    }
}
