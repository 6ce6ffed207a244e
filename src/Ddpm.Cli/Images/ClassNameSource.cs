using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Cli.Images;

/// <summary>
/// Names the classes of data: by <c>--class-names</c>, which is a known set, a file or a list, or by a file of names beside the data.
/// Nothing is guessed from the labels.
/// </summary>
internal static class ClassNameSource
{
    /// <summary>The file of names beside IDX, CIFAR and .npz files.</summary>
    public const string FileName = "class-names.txt";

    private static readonly ImmutableArray<(string Name, ClassNames Names)> Known =
    [
        ("mnist", KnownClassNames.Mnist), ("fashion-mnist", KnownClassNames.FashionMnist),
        ("cifar-10", KnownClassNames.Cifar10), ("cifar-100", KnownClassNames.Cifar100),
    ];

    /// <summary>The names of the known sets.</summary>
    public static ImmutableArray<string> Sets { get; } = [.. Known.Select(set => set.Name)];

    /// <summary>Names the classes of data.</summary>
    /// <param name="images">The data.</param>
    /// <param name="given">The words of <c>--class-names</c>; none without it.</param>
    /// <param name="labels">The file that the labels are from; null for a folder of images.</param>
    /// <exception cref="UsageException">The names are not those of the classes.</exception>
    /// <exception cref="InvalidDataException">A file of names is damaged, or has others than the classes.</exception>
    public static OpenedImages Name(OpenedImages images, ImmutableArray<string> given, string? labels)
    {
        IDataset data = images.Data;
        if (given.IsEmpty) return labels is not null && FileBeside(labels, data) is { } file ? FromFile(images, file) : images;
        if (data.ClassCount == 0)
        {
            throw new UsageException("--class-names needs classes: subfolders, --labels, CIFAR or a .npz file with arr_1.");
        }

        if (given is [var word])
        {
            // Some of a known set may lack its last classes.
            if (Set(word) is { } known && known.Count >= data.ClassCount && images.Folder is null) return Named(images, known);
            if (Set(word) is null && File.Exists(word)) return FromFile(images, word);
        }

        string[] names = given is [var list] ? [.. list.Split(',').Select(name => name.Trim())] : [.. given.Select(name => name.Trim())];
        if (names.Length != data.ClassCount)
        {
            string what = given.Length == 1 && names.Length == 1 ? names[0] : $"{names.Length} names";
            throw new UsageException(
                $"--class-names must be a file, one of {string.Join(", ", Sets)}, or {data.ClassCount} names with commas between, one for "
                    + $"each class, but is {what}.");
        }

        try
        {
            return Named(images, new ClassNames(names));
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--class-names: {ArgumentMessage.Of(exception)}");
        }
    }

    private static ClassNames? Set(string word) => Known.FirstOrDefault(set => set.Name == word).Names;

    private static OpenedImages FromFile(OpenedImages images, string file)
    {
        ClassNames names = ClassNamesFile.Read(file);
        int count = images.Data.ClassCount;
        return names.Count == count ? Named(images, names) : throw new InvalidDataException(
            $"{file} must have {Amount(count)}, one for each class of the data, but has {names.Count}.");
    }

    private static string Amount(int count) => Output.Amount.Of(count, "name");

    private static OpenedImages Named(OpenedImages images, ClassNames names) =>
        images with { Data = new NamedClasses(images.Data, names) };

    // CIFAR's own files have other names.
    private static string? FileBeside(string labels, IDataset data)
    {
        if (data.ClassCount == 0) return null;
        string folder = Path.GetDirectoryName(Path.GetFullPath(labels))!;
        string? cifar = !labels.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? null
            : data.ClassCount == KnownClassNames.Cifar100.Count ? "fine_label_names.txt" : "batches.meta.txt";
        return new[] { FileName, cifar }.OfType<string>().Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
