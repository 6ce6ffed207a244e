using System.Globalization;
using System.Text;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>NumPy's .npy format, versions 1 to 3, for real numbers: what a file of statistics holds.</summary>
internal static class NpyArray
{
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
        stream.Write(NpyHeader.Magic);
        stream.Write([1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n"));
        using var scope = NewDisposeScope();
        Tensor host = values.to(float64, CPU).contiguous().clone();
        stream.Write(host.bytes);
    }

    private static Tensor ReadArray(Stream stream, string name, long stated, int mostAxis)
    {
        NpyHeader header = NpyHeader.Read(stream, name);
        int width = header.Type switch
        {
            "<f8" => 8,
            "<f4" => 4,
            _ => throw new InvalidDataException($"{name} must hold numbers of type <f8 or <f4, but holds {header.Type}."),
        };
        (long[] shape, string axes) = (header.Shape, header.Axes);
        if (shape.Length > 2 || shape.Any(axis => axis > mostAxis))
        {
            throw new InvalidDataException(
                $"{name} has the shape ({axes}), which is too large: it may have two axes of at most {mostAxis} features (maxFeatures).");
        }

        long count = shape.Aggregate(1L, (product, axis) => product * axis);
        header.RequireLength(name, stated, count * width);
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
        Tensor shaped = numbers.reshape(header.ColumnsFirst ? [.. shape.Reverse()] : shape);
        return (header.ColumnsFirst ? shaped.t().contiguous() : shaped.alias()).MoveToOuterDisposeScope();
    }
}
