using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Cli.Sampling;

/// <summary>
/// Where samples go: images/000000.png and so on, grid.png, and samples.json with the settings that they were drawn with. A sample that is
/// there is whole, and one of these settings: that is what makes a run that goes on right.
/// </summary>
internal sealed class SampleFolder
{
    public const string SettingsFile = "samples.json", ImagesFolder = "images";
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private SampleFolder(string path) => Root = path;

    public string Root { get; }

    public string Images => Path.Combine(Root, ImagesFolder);

    public string Grid => Path.Combine(Root, "grid.png");

    public string Tensors => Path.Combine(Root, "samples.safetensors");

    /// <summary>Whether a folder is one of these.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, SettingsFile));

    /// <summary>A folder that was opened.</summary>
    public static SampleFolder At(string path) => new(path);

    /// <summary>Checks that a folder can take samples of some settings, and changes nothing.</summary>
    /// <exception cref="InvalidDataException">It holds samples of others.</exception>
    public static void RequireFit(string path, IReadOnlyDictionary<string, string> settings)
    {
        if (File.Exists(path)) throw new UsageException($"--out must be a folder, but {path} is a file.");
        string images = new SampleFolder(path).Images, file = Path.Combine(path, SettingsFile);
        if (File.Exists(file))
        {
            RequireSame(path, ReadSettings(file), settings);
        }
        else if (Directory.Exists(images) && Directory.EnumerateFileSystemEntries(images).Any())
        {
            throw new InvalidDataException(
                $"{images} has files, but {path} has no {SettingsFile} that says what they are: give another --out.");
        }
    }

    /// <summary>Opens a folder for samples of some settings; makes it where there is none. Call it with the folder's lock.</summary>
    /// <exception cref="InvalidDataException">It holds samples of others.</exception>
    public static void Open(string path, IReadOnlyDictionary<string, string> settings)
    {
        RequireFit(path, settings);
        var folder = new SampleFolder(path);
        string file = Path.Combine(path, SettingsFile);
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(folder.Images);
            var json = new JsonObject
            {
                ["settings"] = SettingsJson.Of(settings),
            };
            AtomicFile.Write(file, stream =>
            {
                using var writer = new Utf8JsonWriter(stream, Indented);
                json.WriteTo(writer);
            });
        }

        Directory.CreateDirectory(folder.Images);
        OutputFolder.Mark(path);
        DurableFolder.RemoveLeftovers(folder.Images, "*");
    }

    public string Image(long index) => Path.Combine(Images, index.ToString("D6", CultureInfo.InvariantCulture) + ".png");

    /// <summary>The samples first … first + count - 1 that are there.</summary>
    public HashSet<long> Finished(long first, int count)
    {
        if (!Directory.Exists(Images)) return [];
        // Listed once: to ask for each of a million names takes minutes on Windows.
        HashSet<string> files = [.. Directory.EnumerateFiles(Images, "*.png")];
        return [.. Enumerable.Range(0, count).Select(k => first + k).Where(index => files.Contains(Image(index)))];
    }

    private static void RequireSame(string path, Dictionary<string, string> then, IReadOnlyDictionary<string, string> now)
    {
        string[] differences = [.. then.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Then: then.GetValueOrDefault(key, "none"), Now: now.GetValueOrDefault(key, "none")))
            .Where(entry => entry.Then != entry.Now).Select(entry => $"{entry.Key} {entry.Then} there, {entry.Now} now")];
        if (differences.Length > 0)
        {
            throw new InvalidDataException(
                $"{path} has samples of other settings ({string.Join("; ", differences)}): give another --out, or remove it.");
        }
    }

    private static Dictionary<string, string> ReadSettings(string file)
    {
        try
        {
            ConfigurationReader settings = ConfigurationReader.Open(file).Nested("settings");
            return settings.Fields.ToDictionary(field => field, settings.TextOrNumber, StringComparer.Ordinal);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{exception.Message} Give another --out, or remove it.", exception);
        }
    }
}
