using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// checkpoint.json: the numbers and settings of a run, and the SHA-256 of every other file of the checkpoint. Its own digest is that of its
/// bytes with 64 zeros in the digest's place, so that no change of any file goes unnoticed.
/// </summary>
internal sealed record CheckpointManifest
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "checkpoint.json";

    /// <summary>The most steps that a run can have: random numbers of a step are functions of its number as an int.</summary>
    public const long MostSteps = int.MaxValue;

    // 3 brought the digests, 4 the plan of the learning rate, without which 3 is read all the same.
    private const int OldestFormat = 3, Format = 4;
    private const long LargestFile = 16 << 20;
    private const int LargestNumberOfAverages = 1000;
    private static readonly string NoDigest = new('0', 2 * SHA256.HashSizeInBytes);

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required long Steps { get; init; }

    public required int Averages { get; init; }

    public required long AverageUpdates { get; init; }

    public required string? Batches { get; init; }

    /// <summary>Gets where the learning rate stands; null in a checkpoint of format 3.</summary>
    public required LearningRateState? LearningRate { get; init; }

    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Gets the digest of each file, by its path below the checkpoint, with / between folders.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Reads the manifest of a checkpoint strictly, and checks its digest.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no manifest, or it is damaged or changed; the message names file and field.
    /// </exception>
    public static CheckpointManifest Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The checkpoint {folder} does not exist.");
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is not a checkpoint: it has no {FileName}.");
        byte[] bytes = RegularFile.ReadAllBytes(path, LargestFile);
        ConfigurationReader json = ConfigurationReader.Parse(bytes, path);
        long format = json.WholeNumber("format", 1, int.MaxValue);
        if (format < OldestFormat)
        {
            throw new InvalidDataException(
                $"{path} is of format {format}, which has no digests, so that damage would go unnoticed: only {OldestFormat} " +
                $"and {Format} are read. Export its model with the version that wrote it.");
        }

        if (format > Format)
        {
            throw new InvalidDataException($"{path} is of format {format}, but only {OldestFormat} and {Format} are known.");
        }

        var manifest = new CheckpointManifest
        {
            Steps = json.WholeNumber("steps", 0, MostSteps),
            Averages = (int)json.WholeNumber("averages", 1, LargestNumberOfAverages),
            AverageUpdates = json.WholeNumber("average_updates", 0, MostSteps),
            Batches = json.Contains("batches") && json.IsNull("batches") ? null : json.Text("batches"),
            LearningRate = format == OldestFormat ? null : LearningRateState.Read(json.Nested("learning_rate"), MostSteps),
            Settings = Texts(json.Nested("settings")),
            Files = Texts(json.Nested("files")),
        };
        string digest = json.Text("digest");
        int place = digest.Length == NoDigest.Length ? bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(digest)) : -1;
        if (place < 0) throw json.Error("digest", $"{NoDigest.Length} hexadecimal digits");
        if (json.Unread.FirstOrDefault() is { } unknown) throw new InvalidDataException($"{unknown} is not a field that is known here.");
        Encoding.UTF8.GetBytes(NoDigest).CopyTo(bytes, place);
        string actual = Digest(bytes);
        if (actual == digest) return manifest;
        throw new InvalidDataException($"{path} was changed or damaged: its digest must be {digest}, but is {actual}.");
    }

    /// <summary>Writes the manifest into a folder.</summary>
    public void Write(string folder)
    {
        var json = new JsonObject
        {
            ["format"] = LearningRate is null ? OldestFormat : Format,
            ["steps"] = Steps,
            ["averages"] = Averages,
            ["average_updates"] = AverageUpdates,
            ["batches"] = Batches,
            ["settings"] = Texts(Settings),
            ["files"] = Texts(Files),
            ["digest"] = NoDigest,
        };
        if (LearningRate is not null) json.Insert(json.IndexOf("settings"), "learning_rate", LearningRate.Json());
        byte[] bytes = Encoding.UTF8.GetBytes(json.ToJsonString(Readable));
        int place = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(NoDigest));
        Encoding.UTF8.GetBytes(Digest(bytes)).CopyTo(bytes, place);
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(bytes));
    }

    /// <summary>Returns the digests of the files below a folder.</summary>
    public static SortedDictionary<string, string> DigestsOf(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), DigestOf),
        StringComparer.Ordinal);

    /// <summary>Checks that files are there as they were written.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="names">The files, which must be in <see cref="Files"/>.</param>
    /// <exception cref="InvalidDataException">A file is missing, changed or damaged; the message names it.</exception>
    public void Verify(string folder, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (!Files.TryGetValue(name, out string? expected))
            {
                throw new InvalidDataException($"{Path.Combine(folder, FileName)}: files.{name} must be a digest, but is absent.");
            }

            string path = Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar)), actual;
            try
            {
                actual = DigestOf(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"{folder} is damaged: {name} cannot be read. {exception.Message}", exception);
            }

            if (actual == expected) continue;
            throw new InvalidDataException($"{path} was changed or damaged: its digest must be {expected}, but is {actual}.");
        }
    }

    private static SortedDictionary<string, string> Texts(ConfigurationReader json) =>
        new(json.Fields.ToDictionary(field => field, field => json.Text(field)), StringComparer.Ordinal);

    private static JsonObject Texts(IReadOnlyDictionary<string, string> texts) =>
        new(texts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));

    private static string DigestOf(string path)
    {
        using var stream = new FileStream(RegularFile.Open(path), FileAccess.Read);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
