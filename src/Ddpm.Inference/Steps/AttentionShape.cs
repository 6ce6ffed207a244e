namespace Ddpm.Inference;

/// <summary>The sizes of an attention layer.</summary>
/// <param name="Channels">The channels of each of query, key and value.</param>
/// <param name="Heads">How many heads share them.</param>
/// <param name="Pixels">H · W: how many positions attend to each other.</param>
/// <param name="PanelWidth">The columns of a panel.</param>
internal readonly unsafe record struct AttentionShape(int Channels, int Heads, int Pixels, int PanelWidth)
{
    public int HeadChannels => Channels / Heads;

    /// <summary>Gets what the products of queries and keys are multiplied by.</summary>
    public float Scale => (float)(1 / Math.Sqrt(HeadChannels));

    /// <summary>Gets how a head's channels lie with a column for each pixel, as keys do.</summary>
    public PanelLayout Columns => new(Plane.Filled(Pixels), HeadChannels, PanelWidth);

    /// <summary>Gets how a head's channels lie with a line for each pixel, as values do.</summary>
    public PanelLayout Lines => new(Plane.Filled(HeadChannels), Pixels, PanelWidth);

    /// <summary>Gets how many numbers the keys and values of an example have.</summary>
    public long PanelFloats => Heads * (Columns.Floats + Lines.Floats);

    /// <summary>Returns where a head's keys begin; its values follow.</summary>
    public float* KeysOf(Plane panels, int image, int head) => panels.Image(image) + head * (Columns.Floats + Lines.Floats);
}
