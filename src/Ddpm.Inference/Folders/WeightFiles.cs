using System.Text.RegularExpressions;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// The files of weights in a network's folder: whole or in shards, and their variants, such as "fp16" and "non_ema", whose names stand
/// within those of the files.
/// </summary>
internal static partial class WeightFiles
{
    private const int MostShown = 10;
    private const string Whole = ModelLayout.WeightsFile, Half = "fp16";

    /// <summary>Opens weights.</summary>
    /// <param name="folder">The folder of the network.</param>
    /// <param name="variant">The variant; null for the file without one, or fp16 where that is all there is.</param>
    /// <param name="options">The caller's options, whose Variant chooses one.</param>
    /// <param name="path">The file that was opened.</param>
    /// <exception cref="ArgumentException">The variant is no name of one.</exception>
    /// <exception cref="FileNotFoundException">There are none; the message says what lies there instead.</exception>
    /// <exception cref="SafetensorsException">A file breaks the format.</exception>
    public static ISafetensors Open(string folder, string? variant, string options, out string path)
    {
        if (variant is not null && !VariantName().IsMatch(variant))
        {
            throw new ArgumentException(
                $"{options}.Variant must be letters, digits, _ and -, such as fp16, but is \"{variant}\".", nameof(variant));
        }

        string[] variants = Variants(folder);
        string? found = Find(folder, variant) ?? (variant is null && variants is [Half] ? Find(folder, Half) : null);
        if (found is not null)
        {
            path = found;
            return found.EndsWith(".json", StringComparison.Ordinal) ? SafetensorsShards.Open(found) : SafetensorsFile.Open(found);
        }

        path = Path.Combine(folder, Name(variant));
        string pickle = Path.ChangeExtension(path, ".bin");
        if (File.Exists(pickle)) throw new FileNotFoundException(ForeignFile.PickleRefusal(pickle), path);
        if (variant is null && variants.Length > 0)
        {
            throw new FileNotFoundException(
                $"{folder} has no {Whole}, but the variants {string.Join(", ", variants)}: give one of them as {options}.Variant.", path);
        }

        throw new FileNotFoundException($"{folder} has no {Name(variant)}{Others(folder, variant)}.", path);
    }

    // diffusers has named the index of a variant's shards in several ways.
    private static string? Find(string folder, string? variant)
    {
        string[] names = variant is null ? [Whole, Whole + ".index.json"] :
        [
            Name(variant), Name(variant) + ".index.json", $"{Whole}.index.{variant}.json", $"{Whole}.{variant}.index.json",
        ];
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static string Name(string? variant) => variant is null ? Whole : $"{ModelLayout.Weights}.{variant}.safetensors";

    private static string[] Variants(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Select(file => VariantFile().Match(Path.GetFileName(file)))
            .Where(match => match.Success && !Shard().IsMatch(match.Groups["name"].Value))
            .Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal),
    ];

    // Files that hold weights under another name.
    private static string Others(string folder, string? variant)
    {
        string[] extensions = [".safetensors", ".bin", ".pt", ".pth", ".ckpt"];
        IEnumerable<string> files = Directory.EnumerateFiles(folder).Where(file => extensions.Contains(Path.GetExtension(file)));
        string[] names = [.. files.Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).Take(MostShown + 1)];
        if (names.Length == 0) return "";
        string more = names.Length > MostShown ? " and others" : "";
        string rule = variant is null ? ": weights must have that name, in the format of safetensors" : "";
        return $", but {string.Join(", ", names.Take(MostShown))}{more}{rule}";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex VariantName();

    [GeneratedRegex(
        @"^diffusion_pytorch_model\.(?:(?<name>[A-Za-z0-9_-]{1,64})\.safetensors(?:\.index\.json)?"
        + @"|safetensors\.(?:index\.(?<name>[A-Za-z0-9_-]{1,64})|(?<name>(?!index\.)[A-Za-z0-9_-]{1,64})\.index)\.json)\z")]
    private static partial Regex VariantFile();

    [GeneratedRegex(@"-\d+-of-\d+\z")]
    private static partial Regex Shard();
}
