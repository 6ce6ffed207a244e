using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>A tensor to be written: its name, type and shape, and where its bytes come from.</summary>
internal sealed class SafetensorsContent
{
    private readonly Action<Stream> write;

    /// <summary>Creates a tensor whose bytes are written when their turn comes.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its shape. Range: each ≥ 0.</param>
    /// <param name="write">Writes the bytes, little-endian, the last axis fastest: exactly as many as type and shape need.</param>
    /// <exception cref="ArgumentException">
    /// The name is "__metadata__", which the format keeps for itself, or a length is negative.
    /// </exception>
    public SafetensorsContent(string name, SafetensorsType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(write);
        if (name == "__metadata__")
        {
            throw new ArgumentException("A tensor must not be named __metadata__, which the format keeps for itself.", nameof(name));
        }
        long bytes = type.Size();
        foreach (long length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            bytes = checked(bytes * length);
        }

        Name = name;
        Type = type;
        Shape = [.. shape];
        Bytes = bytes;
        this.write = write;
    }

    /// <summary>Gets the tensor's name.</summary>
    public string Name { get; }

    /// <summary>Gets the type of its elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Gets its shape.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Gets how many bytes it takes.</summary>
    public long Bytes { get; }

    /// <summary>Returns a tensor of bytes that are laid out already.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">The bytes, little-endian, the last axis fastest.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">Type and shape need another number of bytes.</exception>
    public static SafetensorsContent FromBytes(string name, SafetensorsType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        var content = new SafetensorsContent(name, type, shape, stream => stream.Write(bytes.Span));
        if (content.Bytes != bytes.Length)
        {
            throw new ArgumentException($"bytes must be the {content.Bytes} of tensor {name}, but are {bytes.Length}.", nameof(bytes));
        }
        return content;
    }

    /// <summary>Returns a tensor of float32 numbers.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="numbers">The numbers, the last axis fastest.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static SafetensorsContent FromFloats(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> numbers)
    {
        var content = new SafetensorsContent(name, SafetensorsType.F32, shape, stream => WriteFloats(stream, numbers.Span));
        if (content.Bytes != 4L * numbers.Length)
        {
            throw new ArgumentException(
                $"numbers must be the {content.Bytes / 4} of tensor {name}, but are {numbers.Length}.", nameof(numbers));
        }
        return content;
    }

    /// <summary>Writes the bytes.</summary>
    internal void WriteTo(Stream stream) => write(stream);

    /// <summary>Writes float32 numbers.</summary>
    internal static void WriteFloats(Stream stream, ReadOnlySpan<float> numbers)
    {
        const int chunk = 1 << 26;
        Span<byte> one = stackalloc byte[4];
        for (int first = 0; first < numbers.Length; first += chunk)
        {
            ReadOnlySpan<float> part = numbers.Slice(first, Math.Min(chunk, numbers.Length - first));
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }

            foreach (float number in part)
            {
                BinaryPrimitives.WriteSingleLittleEndian(one, number);
                stream.Write(one);
            }
        }
    }
}
