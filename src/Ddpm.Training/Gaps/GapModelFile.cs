using System.Collections.Immutable;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Training;

/// <summary>Reads and writes gaps.json, which stands in a model folder beside the network that fills gaps.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Scaling">How the network sees them.</param>
/// <param name="NonNegative">Which of them have no negative number.</param>
internal sealed record GapModelFile(ImmutableArray<string> Columns, ColumnScaling Scaling, ImmutableArray<bool> NonNegative)
{
    private const string FileName = "gaps.json", ColumnsField = "columns", MeansField = "means", DeviationsField = "deviations",
        NonNegativeField = "non_negative";
    private const int MostColumns = 4096;

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static GapModelFile Read(string folder)
    {
        ConfigurationReader json = ConfigurationReader.Open(Path.Combine(folder, FileName));
        ImmutableArray<string> columns = json.Texts(ColumnsField, MostColumns), positive = json.Texts(NonNegativeField, MostColumns);
        ImmutableArray<double> means = json.Numbers(MeansField, double.MinValue, double.MaxValue, MostColumns);
        ImmutableArray<double> deviations = json.Numbers(DeviationsField, double.Epsilon, double.MaxValue, MostColumns);
        if (columns.IsEmpty) throw json.Error(ColumnsField, "the names of the columns");
        if (means.Length != columns.Length) throw json.Error(MeansField, $"a list of {columns.Length} numbers");
        if (deviations.Length != columns.Length) throw json.Error(DeviationsField, $"a list of {columns.Length} numbers");
        return new GapModelFile(columns, new ColumnScaling(means, deviations), [.. columns.Select(positive.Contains)]);
    }

    /// <summary>Writes the file into a folder, in one piece or not at all.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        Texts(json, ColumnsField, Columns);
        Numbers(json, MeansField, Scaling.Means);
        Numbers(json, DeviationsField, Scaling.Deviations);
        Texts(json, NonNegativeField, Columns.Where((_, column) => NonNegative[column]));
        json.WriteEndObject();
    });

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (double number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
