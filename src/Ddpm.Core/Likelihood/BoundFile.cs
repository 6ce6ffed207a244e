using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Core;

/// <summary>
/// A half-finished evaluation of a bound in a JSON file, with every digit of its sums, so that it can be resumed.
/// </summary>
public static class BoundFile
{
    private const int Format = 1;

    /// <summary>Writes the sums, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="bound">The sums.</param>
    /// <param name="identity">What is evaluated, as text: network, process, data, noise. Going on with another is refused.</param>
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
    /// <param name="identity">What is evaluated, as it was said to <see cref="Save"/>.</param>
    /// <returns>The sums.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of another evaluation; the message says what differs.</exception>
    public static BoundAccumulator Load(string path, string identity)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(identity);
        try
        {
            JsonNode file = JsonNode.Parse(File.ReadAllBytes(path)) ?? throw new InvalidDataException($"{path} must hold a JSON object.");
            int format = file["format"]!.GetValue<int>();
            if (format != Format) throw new InvalidDataException($"{path} is of format {format}, but only {Format} is known.");
            string then = file["identity"]!.GetValue<string>();
            if (then != identity)
            {
                throw new InvalidDataException(
                    $"{path} is of another evaluation, with which this one cannot go on: {then} there, {identity} here.");
            }

            var bound = new BoundAccumulator(file["timesteps"]!.GetValue<int>(), file["draws"]!.GetValue<int>());
            long examples = file["examples"]!.GetValue<long>();
            if (examples < 0) throw new InvalidDataException($"{path} must have examples of at least 0, but has {examples}.");
            foreach ((string name, RunningMoments moments) in bound.Sums)
            {
                JsonNode sum = file["sums"]![name]!;
                double[] Numbers(string key) => sum[key]!.AsArray().Select(value => value!.GetValue<double>()).ToArray() is { } values
                    && values.Length == moments.Means.Length
                    ? values
                    : throw new InvalidDataException($"{path} must have {moments.Means.Length} numbers in {name}.{key}.");
                moments.Restore(examples, Numbers("means"), Numbers("squares"), Numbers("noise_variances"));
            }

            return bound;
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is damaged: {exception.Message}", exception);
        }
    }
}
