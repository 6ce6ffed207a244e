using System.Globalization;
using System.Text.Json;

namespace Ddpm.Tests;

/// <summary>Reads the reference values, and compares with them.</summary>
internal static class Golden
{
    public static JsonElement Load(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", name))).RootElement;

    /// <summary>A number; infinities and NaN are written as strings.</summary>
    public static double Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? double.Parse(element.GetString()!, CultureInfo.InvariantCulture) : element.GetDouble();

    public static double[] Numbers(this JsonElement element) => [.. element.EnumerateArray().Select(Number)];

    public static int[] Integers(this JsonElement element) => [.. element.EnumerateArray().Select(each => each.GetInt32())];

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static int Integer(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static bool Flag(this JsonElement element, string property) => element.GetProperty(property).GetBoolean();

    /// <summary>|actual - expected| ≤ relative |expected| + absolute, number by number; infinities must be equal.</summary>
    public static void ShouldBeClose(this IEnumerable<double> actual, IReadOnlyList<double> expected, double relative, double absolute,
        string what)
    {
        double[] values = [.. actual];
        values.Length.Should().Be(expected.Count, what);
        for (int i = 0; i < values.Length; i++)
        {
            bool equal = values[i].Equals(expected[i]) || Math.Abs(values[i] - expected[i]) <= relative * Math.Abs(expected[i]) + absolute;
            if (equal) continue;
            string relation = $"(relative {Math.Abs(values[i] / expected[i] - 1):E2})";
            throw new Xunit.Sdk.XunitException($"{what}[{i}]: expected {expected[i]:R}, but found {values[i]:R} {relation}.");
        }
    }
}
