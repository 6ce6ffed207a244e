using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ddpm.Data;

/// <summary>The beginning of an array in NumPy's .npy format, versions 1 to 3.</summary>
/// <param name="Type">The element type as NumPy writes it, such as |u1; short, and on one line.</param>
/// <param name="ColumnsFirst">Whether the first axis runs fastest, as in Fortran.</param>
/// <param name="Shape">The lengths of the axes; <see cref="long.MaxValue"/> for what no number holds.</param>
/// <param name="Axes">The shape as the file writes it, for messages.</param>
/// <param name="Length">The bytes before the first element.</param>
internal sealed partial record NpyHeader(string Type, bool ColumnsFirst, long[] Shape, string Axes, long Length)
{
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header.</summary>
    /// <param name="stream">The array.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="EndOfStreamException">It ends within the header.</exception>
    /// <exception cref="InvalidDataException">It is no such array, or of objects; the message begins with the name.</exception>
    public static NpyHeader Read(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        if (!start[..6].SequenceEqual(Magic)) throw new InvalidDataException($"{name} is not a NumPy array.");
        if (start[6] is < 1 or > 3)
        {
            throw new InvalidDataException($"{name} is of version {start[6]} of NumPy's format, but only 1 to 3 are known.");
        }

        Span<byte> size = stackalloc byte[start[6] == 1 ? 2 : 4];
        stream.ReadExactly(size);
        long length = 0;
        for (int i = size.Length - 1; i >= 0; i--) length = length << 8 | size[i];
        if (length > 1 << 16)
        {
            throw new InvalidDataException($"{name} has a header of {length} bytes, more than any array of numbers needs.");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        Match match = Header().Match(Encoding.Latin1.GetString(header));
        if (!match.Success) throw new InvalidDataException($"{name} has a header that cannot be read.");
        string type = match.Groups["descr"].Value, axes = match.Groups["shape"].Value;
        if (type == "|O") throw new InvalidDataException($"{name} holds pickled Python objects, which are programs: they are not read.");
        long[] shape = [.. axes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long axis) ? axis : long.MaxValue)];
        bool columnsFirst = match.Groups["order"].Value == "True" && shape.Length > 1;
        return new NpyHeader(type, columnsFirst, shape, axes, start.Length + size.Length + length);
    }

    /// <summary>Checks that an array has the bytes that its shape needs: what it cannot hold is not allocated.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="stated">The bytes that it states.</param>
    /// <param name="data">The bytes of its elements.</param>
    /// <exception cref="InvalidDataException">It has fewer or more.</exception>
    public void RequireLength(string name, long stated, long data)
    {
        long needed = Length + data;
        if (stated == needed) return;
        throw new InvalidDataException(stated < needed
            ? $"{name} is truncated: its shape ({Axes}) needs {needed} bytes, but it has {stated}."
            : $"{name} is longer than its shape ({Axes}) says: {needed} bytes are needed, but it has {stated}.");
    }

    // Type and shape stand in messages: short, and on one line.
    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<descr>[ -&(-~]{0,99})',\s*'fortran_order':\s*(?<order>True|False),\s*" +
        @"'shape':\s*\((?<shape>[0-9, ]{0,99})\),?\s*\}\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
