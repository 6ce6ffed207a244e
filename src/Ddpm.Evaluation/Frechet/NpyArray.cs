using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>NumPy's .npy format, versions 1 to 3, for real numbers: what a file of statistics holds.</summary>
internal static partial class NpyArray
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array as float64.</summary>
    /// <exception cref="InvalidDataException">It is no such array, or of objects, or cut off; the message begins with the name.</exception>
    public static Tensor Read(Stream stream, string name)
    {
        try
        {
            return ReadArray(stream, name);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{name} is truncated.", exception);
        }
    }

    /// <summary>Writes a float64 tensor.</summary>
    public static void Write(Stream stream, Tensor values)
    {
        string shape = string.Join(", ", values.shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        string header = $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}{(values.dim() == 1 ? "," : "")}), }}";
        // Magic, version, length and header together are a multiple of 64 bytes.
        int length = (10 + header.Length + 1 + 63) / 64 * 64 - 10;
        stream.Write(Magic);
        stream.Write([1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n"));
        using var scope = NewDisposeScope();
        Tensor host = values.to(float64, CPU).contiguous().clone();
        stream.Write(host.bytes);
    }

    private static Tensor ReadArray(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[8];
        stream.ReadExactly(start);
        if (!start[..6].SequenceEqual(Magic)) throw new InvalidDataException($"{name} is no NumPy array.");
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
        string type = match.Groups["descr"].Value;
        int width = type switch
        {
            "<f8" => 8,
            "<f4" => 4,
            "|O" => throw new InvalidDataException($"{name} holds pickled Python objects, which are programs: they are not read."),
            _ => throw new InvalidDataException($"{name} must hold numbers of type <f8 or <f4, but holds {type}."),
        };
        long[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        // Up to 32,768 features squared; the product of a forged header must not overflow.
        long count = 1;
        foreach (long axis in shape)
        {
            if (axis < 0 || axis > 1 << 20 || (count *= axis) > 1L << 30)
            {
                throw new InvalidDataException($"{name} has the shape ({match.Groups["shape"].Value}), which is too large.");
            }
        }

        using Tensor flat = empty([count], width == 8 ? float64 : float32);
        // Row by row of bytes: a span ends at 2 GiB.
        const int Block = 1 << 24;
        for (long first = 0; first < count; first += Block)
        {
            using Tensor part = flat.narrow(0, first, Math.Min(Block, count - first));
            stream.ReadExactly(part.bytes);
        }

        if (stream.ReadByte() >= 0)
        {
            throw new InvalidDataException($"{name} is longer than its shape ({match.Groups["shape"].Value}) says.");
        }

        using var scope = NewDisposeScope();
        bool columnsFirst = match.Groups["order"].Value == "True" && shape.Length > 1;
        Tensor shaped = columnsFirst
            ? flat.reshape([.. shape.Reverse()])
                .permute([.. Enumerable.Range(0, shape.Length).Select(axis => (long)(shape.Length - 1 - axis))])
            : flat.reshape(shape);
        return shaped.to(float64).contiguous().clone().MoveToOuterDisposeScope();
    }

    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<descr>[^']*)',\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<shape>[\d,\s]*)\),?\s*\}\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
