using System.Text;
using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>
/// Reads the names of classes from a text file with one on each line: line k + 1 belongs to label k. CIFAR's batches.meta.txt and
/// fine_label_names.txt are such files.
/// </summary>
public static class ClassNamesFile
{
    // A million names, as many as a model folder may have, of 16 bytes.
    private const int MostBytes = 1 << 24;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, in UTF-8. Space around a name, and blank lines at the end, are left out.</param>
    /// <returns>The names.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not UTF-8, has no name, a blank line between names, or a name twice, that is too long, or that is not printable.
    /// </exception>
    public static ClassNames Read(string path)
    {
        List<string> lines = [.. Text(path).Split('\n').Select(line => line.Trim())];
        while (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        if (lines.Count == 0) throw new InvalidDataException($"{path} must have the name of a class on each line, but is blank.");
        int blank = lines.IndexOf("");
        if (blank >= 0)
        {
            throw new InvalidDataException($"{path} must have the name of a class on each line, but line {blank + 1} is blank.");
        }

        try
        {
            return new ClassNames(lines);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path} has lines whose {ArgumentMessage.Of(exception)}", exception);
        }
    }

    private static string Text(string path)
    {
        byte[] bytes = RegularFile.ReadAllBytes(path, MostBytes);
        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{path} must be text in UTF-8, but has the bytes of something else.", exception);
        }
    }
}
