using System.Collections.Immutable;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Training;

/// <summary>
/// What a filler knows of the series that it was made for; gaps.json keeps it in a model folder beside the network.
/// </summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Scaling">How the network sees them.</param>
/// <param name="NonNegative">Which of them have no negative number.</param>
/// <param name="Atoms">The lowest number of each column that has it often; null for the others.</param>
/// <param name="Calendar">The cycles of the calendar that the network is given.</param>
/// <param name="Guess">What neighbours say of an unknown number.</param>
internal sealed record GapModelFile(
    ImmutableArray<string> Columns,
    ColumnScaling Scaling,
    ImmutableArray<bool> NonNegative,
    ImmutableArray<ColumnAtom?> Atoms,
    CalendarCycles Calendar,
    NeighbourGuess Guess)
{
    private const string FileName = "gaps.json", ColumnsField = "columns", MeansField = "means", DeviationsField = "deviations",
        NonNegativeField = "non_negative", AtomsField = "atoms", AtomValuesField = "atom_values", AtomEdgesField = "atom_edges",
        PeriodsField = "calendar_days", CorrelationsField = "correlations";
    private const int MostColumns = 4096;

    /// <summary>Measures series.</summary>
    /// <exception cref="ArgumentException">There is no series, their columns differ, or a column has no number.</exception>
    public static GapModelFile Of(IReadOnlyList<TimeSeries> series)
    {
        ColumnScaling scaling = ColumnScaling.Of(series);
        ImmutableArray<string> columns = series[0].Columns;
        int[] all = [.. Enumerable.Range(0, columns.Length)];
        return new GapModelFile(
            columns,
            scaling,
            [.. all.Select(column => !series.Any(one => one.Values(column).ToArray().Any(value => value < 0)))],
            [.. all.Select(column => ColumnAtom.Of(series, column))],
            CalendarCycles.Of(series),
            NeighbourGuess.Of(series, scaling));
    }

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static GapModelFile Read(string folder)
    {
        ConfigurationReader json = ConfigurationReader.Open(Path.Combine(folder, FileName));
        ImmutableArray<string> columns = json.Texts(ColumnsField, MostColumns), positive = json.Texts(NonNegativeField, MostColumns);
        ImmutableArray<string> atoms = json.Texts(AtomsField, MostColumns);
        ImmutableArray<double> Any(string field) => json.Numbers(field, double.MinValue, double.MaxValue, MostColumns);
        ImmutableArray<double> correlations = json.Numbers(CorrelationsField, -1, 1, MostColumns * NeighbourGuess.Lags);
        ImmutableArray<double> means = Any(MeansField), values = Any(AtomValuesField), edges = Any(AtomEdgesField);
        ImmutableArray<double> deviations = json.Numbers(DeviationsField, double.Epsilon, double.MaxValue, MostColumns);
        if (columns.IsEmpty) throw json.Error(ColumnsField, "the names of the columns");
        if (means.Length != columns.Length) throw json.Error(MeansField, $"a list of {columns.Length} numbers");
        if (deviations.Length != columns.Length) throw json.Error(DeviationsField, $"a list of {columns.Length} numbers");
        int cells = columns.Length * NeighbourGuess.Lags;
        if (correlations.Length != cells) throw json.Error(CorrelationsField, $"a list of {cells} numbers");
        if (values.Length != atoms.Length) throw json.Error(AtomValuesField, $"a list of {atoms.Length} numbers");
        if (edges.Length != atoms.Length) throw json.Error(AtomEdgesField, $"a list of {atoms.Length} numbers");
        ColumnAtom? Atom(string column) => atoms.IndexOf(column) is >= 0 and int at ? new ColumnAtom(values[at], edges[at]) : null;
        return new GapModelFile(
            columns,
            new ColumnScaling(means, deviations),
            [.. columns.Select(positive.Contains)],
            [.. columns.Select(Atom)],
            new CalendarCycles(json.Numbers(PeriodsField, double.Epsilon, double.MaxValue, MostColumns)),
            new NeighbourGuess(
                [.. columns.Select((_, column) => correlations.Slice(column * NeighbourGuess.Lags, NeighbourGuess.Lags))]));
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
        Texts(json, AtomsField, Columns.Where((_, column) => Atoms[column] is not null));
        Numbers(json, AtomValuesField, Atoms.OfType<ColumnAtom>().Select(atom => atom.Value));
        Numbers(json, AtomEdgesField, Atoms.OfType<ColumnAtom>().Select(atom => atom.Edge));
        Numbers(json, PeriodsField, Calendar.Periods);
        Numbers(json, CorrelationsField, Guess.Correlations.SelectMany(column => column));
        json.WriteEndObject();
    });

    /// <summary>Brings a number that the network drew to the column's unit, with what its numbers cannot be left out.</summary>
    public double Unscaled(int column, float scaled)
    {
        double value = Scaling.Unscaled(column, scaled);
        if (Atoms[column] is { } atom && value < atom.Edge) return atom.Value;
        return NonNegative[column] ? Math.Max(0, value) : value;
    }

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
