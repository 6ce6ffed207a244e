using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>An experiment's rows in a JSON file. A row that is there is not computed again, so that a stopped experiment goes on.</summary>
internal sealed class ResultStore
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const int LargestFile = 4 << 20;

    private readonly string path;
    private readonly Content content;

    /// <summary>The rows of a file, or none yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">What all rows must have been made with.</param>
    /// <exception cref="IOException">The file's rows were made with other settings, or it is damaged.</exception>
    public ResultStore(string path, string settings)
    {
        this.path = path;
        content = File.Exists(path) ? Read(path) : new Content(settings, []);
        if (content.Settings != settings)
        {
            throw new IOException(
                $"{path} has results of {content.Settings}, but these would be of {settings}: give another --out, or remove the file.");
        }
    }

    /// <summary>The rows by their names, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, ResultRow> Rows => content.Rows;

    /// <summary>A row, computed and written where it is not there yet.</summary>
    public ResultRow Row(string name, Func<ResultRow> compute)
    {
        if (content.Rows.TryGetValue(name, out ResultRow? known)) return known;
        ResultRow row = compute();
        content.Rows[name] = row;
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, content, Json));
        return row;
    }

    private static Content Read(string path)
    {
        try
        {
            return StrictJson.Parse(RegularFile.ReadAllBytes(path, LargestFile), path).Deserialize<Content>(Json)
                ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new IOException($"{path} holds no results: {exception.Message} Remove it.", exception);
        }
    }

    private sealed record Content(string Settings, Dictionary<string, ResultRow> Rows);
}
