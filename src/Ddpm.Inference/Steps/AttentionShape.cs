namespace Ddpm.Inference;

/// <summary>The sizes of an attention layer.</summary>
/// <param name="Channels">The channels of each of query, key and value.</param>
/// <param name="Heads">How many heads share them.</param>
/// <param name="Pixels">H · W: how many positions attend to each other.</param>
/// <param name="Columns">How a head's channels lie with a column for each pixel, as keys do.</param>
/// <param name="Lines">How a head's channels lie with a line for each pixel, as values do.</param>
internal readonly unsafe record struct AttentionShape(int Channels, int Heads, int Pixels, PanelLayout Columns, PanelLayout Lines)
{
    /// <summary>Returns the sizes for kernels of some width.</summary>
    /// <param name="projected">Queries, keys and values, one after the other in a pixel's channels.</param>
    /// <param name="heads">How many heads share them.</param>
    public static AttentionShape For<TLanes>(Plane projected, int heads)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int channels = projected.Channels / 3, width = channels / heads, pixels = projected.PixelsPerImage;
        return new AttentionShape(channels, heads, pixels, PanelKernel<TLanes>.LayoutFor(Plane.Filled(pixels), width, pixels),
            PanelKernel<TLanes>.LayoutFor(Plane.Filled(width), pixels, pixels));
    }

    public int HeadChannels => Channels / Heads;

    /// <summary>Gets what the products of queries and keys are multiplied by.</summary>
    public float Scale => (float)(1 / Math.Sqrt(HeadChannels));

    /// <summary>Gets how many numbers the keys and values of an example have.</summary>
    public long PanelFloats => Heads * (Columns.Floats + Lines.Floats);

    /// <summary>Returns where a head's keys begin; its values follow.</summary>
    public float* KeysOf(Plane panels, int image, int head) => panels.Image(image) + head * (Columns.Floats + Lines.Floats);
}
