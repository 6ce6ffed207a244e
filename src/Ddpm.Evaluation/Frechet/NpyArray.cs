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
    /// <param name="stream">The array.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="length">How many bytes the stream states that it has.</param>
    /// <param name="mostAxis">The most numbers along an axis, of which there are two at most.</param>
    /// <exception cref="InvalidDataException">
    /// It is no such array, or of objects, is too large, or has another length than its shape; the message begins with the name.
    /// </exception>
    public static Tensor Read(Stream stream, string name, long length, int mostAxis)
    {
        try
        {
            return ReadArray(stream, name, length, mostAxis);
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

    private static Tensor ReadArray(Stream stream, string name, long stated, int mostAxis)
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
        string type = match.Groups["descr"].Value;
        int width = type switch
        {
            "<f8" => 8,
            "<f4" => 4,
            "|O" => throw new InvalidDataException($"{name} holds pickled Python objects, which are programs: they are not read."),
            _ => throw new InvalidDataException($"{name} must hold numbers of type <f8 or <f4, but holds {type}."),
        };
        string axes = match.Groups["shape"].Value;
        long[] shape = [.. axes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long axis) ? axis : long.MaxValue)];
        if (shape.Length > 2 || shape.Any(axis => axis > mostAxis))
        {
            throw new InvalidDataException(
                $"{name} has the shape ({axes}), which is too large: it may have two axes of at most {mostAxis} features (maxFeatures).");
        }

        // What the stream cannot hold is not allocated.
        long count = shape.Aggregate(1L, (product, axis) => product * axis), needed = start.Length + size.Length + length + count * width;
        if (stated != needed)
        {
            throw new InvalidDataException(stated < needed
                ? $"{name} is truncated: its shape ({axes}) needs {needed} bytes, but it has {stated}."
                : $"{name} is longer than its shape ({axes}) says: {needed} bytes are needed, but it has {stated}.");
        }

        bool columnsFirst = match.Groups["order"].Value == "True" && shape.Length > 1;
        using var scope = NewDisposeScope();
        Tensor numbers = empty([count], float64);
        // Block by block: a span ends at 2 GiB, and numbers of 32 bits become such of 64.
        const int Block = 1 << 20;
        using Tensor block = empty([Math.Min(Block, count)], width == 8 ? float64 : float32);
        for (long first = 0; first < count; first += Block)
        {
            using Tensor part = block.narrow(0, 0, Math.Min(Block, count - first)), place = numbers.narrow(0, first, part.size(0));
            stream.ReadExactly(part.bytes);
            place.copy_(part);
        }

        if (stream.ReadByte() >= 0) throw new InvalidDataException($"{name} is longer than its shape ({axes}) says.");
        Tensor shaped = numbers.reshape(columnsFirst ? [.. shape.Reverse()] : shape);
        return (columnsFirst ? shaped.t().contiguous() : shaped.alias()).MoveToOuterDisposeScope();
    }

    // Type and shape stand in messages: short, and on one line.
    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<descr>[ -&(-~]{0,99})',\s*'fortran_order':\s*(?<order>True|False),\s*" +
        @"'shape':\s*\((?<shape>[0-9, ]{0,99})\),?\s*\}\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
