using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Core;

/// <summary>A JSON file of sums, with every digit, under a text that names what they are sums of.</summary>
internal sealed class MomentsFile
{
    private const int Format = 1;

    // Six lists of T = 100,000 numbers three times, with all their digits.
    private const int LargestFile = 32 << 20;

    // What float64 counts.
    private const long MostExamples = 1L << 53;

    private readonly ConfigurationReader file;
    private readonly long examples;

    private MomentsFile(ConfigurationReader file, long examples) => (this.file, this.examples) = (file, examples);

    /// <summary>Writes the sums, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="identity">The text.</param>
    /// <param name="kind">The numbers that say how many sums there are.</param>
    /// <param name="examples">The examples so far.</param>
    /// <param name="sums">The sums by name.</param>
    public static void Save(
        string path,
        string identity,
        IEnumerable<(string Name, int Value)> kind,
        long examples,
        IEnumerable<(string Name, RunningMoments Moments)> sums)
    {
        static JsonArray Numbers(double[] values) => new([.. values.Select(value => (JsonNode?)JsonValue.Create(value))]);
        var all = new JsonObject { ["format"] = Format, ["identity"] = identity };
        foreach ((string name, int value) in kind) all[name] = value;
        all["examples"] = examples;
        all["sums"] = new JsonObject(sums.Select(sum => KeyValuePair.Create(sum.Name, (JsonNode?)new JsonObject
        {
            ["means"] = Numbers(sum.Moments.Means),
            ["squares"] = Numbers(sum.Moments.Squares),
            ["noise_variances"] = Numbers(sum.Moments.NoiseVariances),
        })));
        AtomicFile.Write(path, stream =>
        {
            using var writer = new Utf8JsonWriter(stream);
            all.WriteTo(writer);
        });
    }

    /// <summary>Opens a file of the given text.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another evaluation.</exception>
    public static MomentsFile Open(string path, string identity)
    {
        ConfigurationReader file = ConfigurationReader.Open(path, LargestFile);
        if (file.WholeNumber("format", 1, int.MaxValue) != Format) throw file.Error("format", $"{Format}, the only one that is known");
        string then = file.Text("identity");
        if (then != identity)
        {
            throw new InvalidDataException(
                $"{path} is of another evaluation, with which this one cannot go on: {StrictJson.Line(then, longest: 1000)} there, "
                + $"{identity} here.");
        }

        return new MomentsFile(file, file.WholeNumber("examples", 0, MostExamples));
    }

    /// <summary>One of the numbers that say how many sums there are.</summary>
    public int Number(string name, int most) => (int)file.WholeNumber(name, 1, most);

    /// <summary>Puts the sums of the file into others of the same names and lengths.</summary>
    /// <exception cref="InvalidDataException">A list is missing or has another length.</exception>
    public void Restore(IEnumerable<(string Name, RunningMoments Moments)> into)
    {
        ConfigurationReader sums = file.Nested("sums");
        foreach ((string name, RunningMoments moments) in into)
        {
            ConfigurationReader sum = sums.Nested(name);
            double[] Numbers(string field, double minimum)
            {
                int length = moments.Means.Length;
                ImmutableArray<double> numbers = sum.Numbers(field, minimum, double.MaxValue, length);
                return numbers.Length == length ? [.. numbers] : throw sum.Error(field, $"a list of {length} numbers");
            }

            moments.Restore(examples, Numbers("means", double.MinValue), Numbers("squares", 0), Numbers("noise_variances", 0));
        }
    }
}
