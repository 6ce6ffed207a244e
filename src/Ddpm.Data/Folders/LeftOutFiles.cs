using System.Globalization;

namespace Ddpm.Data;

/// <summary>What a folder of images leaves out for one reason.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many files, or folders with all that is in them.</param>
/// <param name="Example">The path of one of them.</param>
public sealed record LeftOutFiles(string Reason, int Count, string Example)
{
    /// <summary>The reason, the count and the example as text.</summary>
    public override string ToString() => Count == 1
        ? $"1 {Reason} ({Example})"
        : $"{Count.ToString("N0", CultureInfo.InvariantCulture)} {Reason} ({Example} and others)";
}
