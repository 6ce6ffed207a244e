using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>Checks what plots of the plane receive, and reads it as numbers.</summary>
internal static class PlanarCheck
{
    private const int Axes = 2;

    public static void Options(PlanarPlotOptions options)
    {
        if (options.Columns is < 1) throw Outside("Columns must be at least 1", options.Columns.Value);
        if (options.PanelSize is < 40 or > 2000) throw Outside("PanelSize must be 40 … 2000 pixels", options.PanelSize);
        if (!double.IsFinite(options.Extent) || options.Extent <= 0) throw Outside("Extent must be finite and above 0", options.Extent);
    }

    /// <summary>Returns the points [N, 2] of a tensor; those of no tensor are none.</summary>
    public static (float X, float Y)[] Points(Tensor? points, string name)
    {
        if (points is null) return [];
        float[] values = Values(points, name, 2, "[N, 2]");
        return [.. Enumerable.Range(0, values.Length / Axes).Select(i => (values[Axes * i], values[Axes * i + 1]))];
    }

    /// <summary>Returns the paths [N, steps, 2] of a tensor; those of no tensor are none.</summary>
    public static (float X, float Y)[][] Paths(Tensor? paths, string name)
    {
        if (paths is null) return [];
        float[] values = Values(paths, name, 3, "[N, steps, 2]");
        return [.. values.Chunk((int)paths.size(1) * Axes)
            .Select(path => path.Chunk(Axes).Select(point => (point[0], point[1])).ToArray())];
    }

    private static float[] Values(Tensor tensor, string name, int axes, string shape)
    {
        if (tensor.dim() != axes || tensor.size(-1) != Axes || tensor.numel() == 0 || !tensor.is_floating_point())
        {
            throw new ArgumentException(
                $"{name} must hold floating-point numbers of the shape {shape}, but holds {tensor.dtype} of "
                + $"[{string.Join(", ", tensor.shape)}].",
                name);
        }

        using var scope = NewDisposeScope();
        float[] values = tensor.detach().to(float32, CPU).contiguous().data<float>().ToArray();
        int bad = values.Count(value => !float.IsFinite(value));
        if (bad > 0) throw new ArgumentException($"{name} must be finite, but {bad} of {values.Length} numbers are not.", name);
        return values;
    }

    private static ArgumentOutOfRangeException Outside(string rule, double value) =>
        new(null, FormattableString.Invariant($"{rule}, but is {value}."));
}
