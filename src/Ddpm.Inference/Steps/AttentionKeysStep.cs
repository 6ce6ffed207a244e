using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The keys of each head, transposed into panels, a column for each pixel: products of queries with them are then those of
/// <see cref="PanelKernel{TLanes}"/>.
/// </summary>
internal sealed unsafe class AttentionKeysStep(Plane projected, Plane keys, AttentionShape shape) : PlanStep
{
    public override int Parts => projected.Images * shape.Heads;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int image = part / shape.Heads, head = part % shape.Heads;
        float* from = projected.Image(image) + shape.Channels + head * shape.HeadChannels,
            to = keys.Image(image) + head * shape.Keys.Floats;
        PanelLayout layout = shape.Keys;
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            int columns = layout.ColumnsOf(panel), first = panel * layout.Width, count = Math.Clamp(shape.Pixels - first, 0, columns);
            float* lines = to + layout.Start(panel);
            for (int column = 0; column < columns; column++)
            {
                float* key = from + (long)(first + column) * projected.Stride;
                for (int channel = 0; channel < shape.HeadChannels; channel++)
                {
                    lines[(long)channel * columns + column] = column < count ? key[channel] : 0;
                }
            }
        }
    }
}
