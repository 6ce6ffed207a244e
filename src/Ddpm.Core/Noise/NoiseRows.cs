using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Draws noise row by row on the CPU, so that each row is a function of its sample alone.</summary>
internal static class NoiseRows
{
    /// <summary>Fills the row of a sample.</summary>
    /// <param name="sample">The number of the sample.</param>
    /// <param name="row">The numbers of the row.</param>
    public delegate void Fill(long sample, Span<float> row);

    /// <summary>Draws the rows of a request.</summary>
    /// <exception cref="ArgumentException">The shape has no batch axis, or not one row for each sample.</exception>
    public static Tensor Draw(NoiseRequest request, Fill fill)
    {
        long[] shape = ShapeOf(request);
        int rows = request.SampleIndices.Count;
        int elements = checked((int)shape.Skip(1).Aggregate(1L, (product, size) => checked(product * size)));
        using var scope = NewDisposeScope();
        Tensor noise = empty(shape, dtype: float32);
        // As many rows at a time as fit in a span, which holds at most 2 GiB.
        int together = Math.Max(1, int.MaxValue / sizeof(float) / Math.Max(1, elements));
        for (int first = 0; first < rows; first += together)
        {
            int count = Math.Min(together, rows - first);
            using Tensor view = noise.narrow(0, first, count).view(-1);
            Span<float> numbers = MemoryMarshal.Cast<byte, float>(view.bytes);
            for (int row = 0; row < count; row++) fill(request.SampleIndices[first + row], numbers.Slice(row * elements, elements));
        }

        return noise.to(request.ElementType).ToDevice(request.Device).MoveToOuterDisposeScope();
    }

    /// <summary>Returns the shape of a request's noise.</summary>
    /// <exception cref="ArgumentException">The shape has no batch axis, or not one row for each sample.</exception>
    public static long[] ShapeOf(NoiseRequest request)
    {
        long[] shape = [.. request.Shape];
        int rows = request.SampleIndices.Count;
        if (shape.Length > 0 && shape[0] == rows) return shape;
        throw new ArgumentException(
            $"Shape must begin with the number of samples, {rows}, but is {Require.Shape(shape)}.", nameof(request));
    }
}
