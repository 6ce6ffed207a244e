using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Core;

/// <summary>Saves an unfinished evaluation of a bound to a JSON file, with every digit of its sums, so that it can be resumed.</summary>
public static class BoundFile
{
    private const int Format = 1;

    // Six lists of T = 100,000 numbers three times, with all their digits.
    private const int LargestFile = 32 << 20;

    // What float64 counts.
    private const long MostExamples = 1L << 53;

    /// <summary>Writes the sums, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="bound">The sums.</param>
    /// <param name="identity">
    /// A text that names what is evaluated: network, process, data, noise. Resuming with another text is refused.
    /// </param>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Save(string path, BoundAccumulator bound, string identity)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentNullException.ThrowIfNull(identity);
        static JsonArray Numbers(double[] values) => new([.. values.Select(value => (JsonNode?)JsonValue.Create(value))]);
        var sums = new JsonObject(bound.Sums.Select(sum => KeyValuePair.Create(sum.Name, (JsonNode?)new JsonObject
        {
            ["means"] = Numbers(sum.Moments.Means),
            ["squares"] = Numbers(sum.Moments.Squares),
            ["noise_variances"] = Numbers(sum.Moments.NoiseVariances),
        })));
        var file = new JsonObject
        {
            ["format"] = Format,
            ["identity"] = identity,
            ["timesteps"] = bound.Timesteps,
            ["draws"] = bound.Draws,
            ["examples"] = bound.Examples,
            ["sums"] = sums,
        };
        AtomicFile.Write(path, stream =>
        {
            using var writer = new Utf8JsonWriter(stream);
            file.WriteTo(writer);
        });
    }

    /// <summary>Reads the sums.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">The text that was given to <see cref="Save"/>.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another evaluation; the message says what differs.
    /// </exception>
    public static BoundAccumulator Load(string path, string identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ConfigurationReader file = ConfigurationReader.Open(path, LargestFile);
        if (file.WholeNumber("format", 1, int.MaxValue) != Format) throw file.Error("format", $"{Format}, the only one that is known");
        string then = file.Text("identity");
        if (then != identity)
        {
            throw new InvalidDataException(
                $"{path} is of another evaluation, with which this one cannot go on: {StrictJson.Line(then, longest: 1000)} there, "
                + $"{identity} here.");
        }

        long examples = file.WholeNumber("examples", 0, MostExamples);
        var bound = new BoundAccumulator(
            (int)file.WholeNumber("timesteps", 1, FileLimits.MostTimesteps), (int)file.WholeNumber("draws", 1, int.MaxValue));
        ConfigurationReader sums = file.Nested("sums");
        foreach ((string name, RunningMoments moments) in bound.Sums)
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

        return bound;
    }
}
