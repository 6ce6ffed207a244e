using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The keys and values of each head in panels: products of queries with keys, and of their weights with values, are then those of
/// <see cref="PanelKernel{TLanes}"/>, whose lines lie one after the other.
/// </summary>
internal sealed unsafe class AttentionPanelsStep(Plane projected, Plane panels, AttentionShape shape) : PlanStep
{
    public override int Parts => projected.Images * shape.Heads;

    /// <summary>Writes a panel's column for each pixel: a head's channels, transposed.</summary>
    /// <param name="from">The first pixel's channels.</param>
    /// <param name="stride">From one pixel to the next, in numbers.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="to">Where the panels go; columns beyond the pixels are zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, int stride, AttentionShape shape, float* to)
    {
        PanelLayout layout = shape.Columns;
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            int columns = layout.ColumnsOf(panel), first = panel * layout.Width, count = Math.Clamp(shape.Pixels - first, 0, columns);
            float* line = to + layout.Start(panel), pixels = from + (long)first * stride;
            for (int channel = 0; channel < shape.HeadChannels; channel++, line += columns)
            {
                float* number = pixels + channel;
                for (int column = 0; column < count; column++, number += stride) line[column] = *number;
                for (int column = count; column < columns; column++) line[column] = 0;
            }
        }
    }

    /// <summary>Writes a panel's line for each pixel: a head's channels as they are.</summary>
    /// <param name="from">The first pixel's channels.</param>
    /// <param name="stride">From one pixel to the next, in numbers.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="to">Where the panels go; columns beyond the channels are zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* from, int stride, AttentionShape shape, float* to)
    {
        PanelLayout layout = shape.Lines;
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            int columns = layout.ColumnsOf(panel), first = panel * layout.Width, count = Math.Clamp(shape.HeadChannels - first, 0, columns);
            float* number = from + first;
            for (int pixel = 0; pixel < shape.Pixels; pixel++, number += stride, to += columns)
            {
                new ReadOnlySpan<float>(number, count).CopyTo(new Span<float>(to, count));
                for (int column = count; column < columns; column++) to[column] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int image = part / shape.Heads, head = part % shape.Heads;
        float* keys = projected.Image(image) + shape.Channels + head * shape.HeadChannels, to = shape.KeysOf(panels, image, head);
        Transpose(keys, projected.Stride, shape, to);
        Copy(keys + shape.Channels, projected.Stride, shape, to + shape.Columns.Floats);
    }
}
