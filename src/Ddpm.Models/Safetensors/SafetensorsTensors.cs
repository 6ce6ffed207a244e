using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Reads stored tensors into TorchSharp tensors.</summary>
public static class SafetensorsTensors
{
    // A span holds less than 2 GiB: 64 Mi elements of at most 8 bytes are 512 MiB.
    internal const long Chunk = 1L << 26;

    // In the order of SafetensorsType.
    private static readonly ScalarType[] Types =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
        ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    extension(SafetensorsEntry entry)
    {
        /// <summary>Gets the type of the elements as TorchSharp names it.</summary>
        public ScalarType ElementType => Types[(int)entry.Type];
    }

    /// <summary>Reads one tensor directly into its memory.</summary>
    /// <param name="file">The stored tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="widen">Whether 16-bit floating-point numbers become float32.</param>
    /// <returns>The tensor on the CPU; a fresh tensor.</returns>
    /// <exception cref="KeyNotFoundException">The file has no tensor of that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early.</exception>
    public static Tensor Read(this ISafetensors file, string name, bool widen = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        SafetensorsEntry entry = file.Find(name);
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        Tensor tensor = empty([.. entry.Shape], entry.ElementType);
        Fill(file, entry, tensor);
        if (widen && entry.Type is (SafetensorsType.F16 or SafetensorsType.BF16)) tensor = tensor.to(float32);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Reads one stored tensor directly into the memory of a given tensor.</summary>
    /// <param name="file">The stored tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="target">
    /// The tensor to fill: contiguous, on the CPU, with the same element type and number of elements; its shape may differ.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="target"/> does not meet these conditions; nothing is read.</exception>
    /// <exception cref="KeyNotFoundException">The file has no tensor of that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early; the target holds a part of the data.</exception>
    public static void ReadInto(this ISafetensors file, string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(file);
        SafetensorsEntry entry = file.Find(name);
        ArgumentNullException.ThrowIfNull(target);
        bool fits = target.dtype == entry.ElementType && target.numel() == entry.Elements;
        if (!fits || target.device_type != TorchSharp.DeviceType.CPU || !target.is_contiguous())
        {
            throw new ArgumentException(
                $"target must be contiguous, on the CPU, of type {entry.ElementType} and have {entry.Elements} elements for tensor {name}, "
                + $"but is {(target.is_contiguous() ? "" : "not contiguous, ")}on {target.device}, "
                + $"of type {target.dtype} and has {target.numel()}.",
                nameof(target));
        }

        Fill(file, entry, target);
    }

    /// <summary>Returns the format's type of a tensor's elements; null where it has none.</summary>
    internal static SafetensorsType? TypeOf(Tensor tensor)
    {
        int type = Array.IndexOf(Types, tensor.dtype);
        return type < 0 ? null : (SafetensorsType)type;
    }

    /// <summary>A tensor as the encoder writes it. The tensor must live until then.</summary>
    /// <exception cref="ArgumentException">The format has no name for the element type, or keeps the name for itself.</exception>
    internal static SafetensorsContent Content(string name, Tensor tensor)
    {
        SafetensorsType type = TypeOf(tensor) ?? throw new ArgumentException(
            $"A tensor must have an element type of the format, but {name} is {tensor.dtype}.", nameof(tensor));
        return new SafetensorsContent(name, type, tensor.shape, stream => Write(stream, tensor));
    }

    private static void Fill(ISafetensors file, SafetensorsEntry entry, Tensor tensor)
    {
        if (entry.Elements == 0) return;
        using var noGradient = no_grad();
        using Tensor detached = tensor.detach(), flat = detached.view(-1);
        long size = tensor.element_size();
        for (long first = 0; first < entry.Elements; first += Chunk)
        {
            using Tensor part = flat.narrow(0, first, Math.Min(Chunk, entry.Elements - first));
            file.ReadBytes(entry.Name, first * size, part.bytes);
        }
    }

    private static void Write(Stream stream, Tensor tensor)
    {
        if (tensor.numel() == 0) return;
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        for (long first = 0; first < flat.size(0); first += Chunk)
        {
            using Tensor part = flat.narrow(0, first, Math.Min(Chunk, flat.size(0) - first)).clone();
            stream.Write(part.bytes);
        }
    }
}
