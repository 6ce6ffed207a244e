using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Reads stored tensors as float32 numbers, without a tensor library.</summary>
internal static class SafetensorsNumbers
{
    private const int ChunkBytes = 1 << 16, LargePart = 1 << 26;

    /// <summary>Reads a tensor as float32. 16-bit numbers widen exactly; float64 rounds to the nearest.</summary>
    /// <param name="file">The stored tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The numbers, the last axis fastest.</returns>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early, or the tensor has more than 2^31 elements.</exception>
    /// <exception cref="NotSupportedException">The tensor does not hold floating-point numbers.</exception>
    public static float[] ReadFloats(this ISafetensors file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        SafetensorsEntry entry = file.Find(name);
        if (entry.Elements > Array.MaxLength)
        {
            throw new SafetensorsException($"Tensor {name} has {entry.Elements} elements, more than an array can hold.");
        }
        RequireFloats(entry);
        var numbers = new float[entry.Elements];
        file.ReadFloats(name, numbers);
        return numbers;
    }

    /// <summary>Reads a tensor as float32 into memory of the caller's.</summary>
    /// <param name="file">The stored tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="target">Receives the numbers, the last axis fastest. Length: the tensor's elements.</param>
    /// <exception cref="ArgumentException"><paramref name="target"/> has another length.</exception>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early.</exception>
    /// <exception cref="NotSupportedException">The tensor does not hold floating-point numbers.</exception>
    public static void ReadFloats(this ISafetensors file, string name, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(file);
        SafetensorsEntry entry = file.Find(name);
        RequireFloats(entry);
        if (target.Length != entry.Elements)
        {
            throw new ArgumentException(
                $"target must have the {entry.Elements} elements of tensor {name}, but has {target.Length}.", nameof(target));
        }
        if (entry.Type == SafetensorsType.F32 && BitConverter.IsLittleEndian)
        {
            // A span of bytes holds fewer than 2 GiB.
            for (int first = 0; first < target.Length; first += LargePart)
            {
                file.ReadBytes(name, 4L * first, MemoryMarshal.AsBytes(target.Slice(first, Math.Min(LargePart, target.Length - first))));
            }

            return;
        }

        int size = entry.Type.Size();
        Span<byte> chunk = new byte[(int)Math.Min(ChunkBytes, (long)target.Length * size)];
        for (int first = 0; first < target.Length;)
        {
            int count = Math.Min(chunk.Length / size, target.Length - first);
            Span<byte> bytes = chunk[..(count * size)];
            file.ReadBytes(name, (long)first * size, bytes);
            Convert(entry.Type, bytes, target.Slice(first, count));
            first += count;
        }
    }

    /// <summary>Widens or rounds stored numbers to float32.</summary>
    internal static void Convert(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> target)
    {
        switch (type)
        {
            case SafetensorsType.F32:
                for (int i = 0; i < target.Length; i++) target[i] = BitConverter.UInt32BitsToSingle(Read32(bytes, i));
                break;
            case SafetensorsType.F16:
                for (int i = 0; i < target.Length; i++) target[i] = (float)BitConverter.UInt16BitsToHalf(Read16(bytes, i));
                break;
            case SafetensorsType.BF16:
                for (int i = 0; i < target.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)Read16(bytes, i) << 16);
                break;
            case SafetensorsType.F64:
                for (int i = 0; i < target.Length; i++) target[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, $"type must be a floating-point type, but is {type}.");
        }
    }

    private static uint Read32(ReadOnlySpan<byte> bytes, int i) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);

    private static ushort Read16(ReadOnlySpan<byte> bytes, int i) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);

    private static void RequireFloats(SafetensorsEntry entry)
    {
        if (!entry.Type.IsFloatingPoint())
        {
            throw new NotSupportedException($"Tensor {entry.Name} must hold floating-point numbers, but holds {entry.Type}.");
        }
    }
}
