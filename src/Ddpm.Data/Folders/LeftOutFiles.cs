using System.Globalization;

namespace Ddpm.Data;

/// <summary>Reports what a folder of images leaves out for one reason.</summary>
/// <param name="Reason">The reason for leaving them out.</param>
/// <param name="Count">The number of files, or of folders with their contents.</param>
/// <param name="Example">The path of one of them.</param>
public sealed record LeftOutFiles(string Reason, int Count, string Example)
{
    /// <summary>Returns the reason, the count and the example as text.</summary>
    public override string ToString() => Count == 1
        ? $"1 {Reason} ({Example})"
        : $"{Count.ToString("N0", CultureInfo.InvariantCulture)} {Reason} ({Example} and others)";
}
