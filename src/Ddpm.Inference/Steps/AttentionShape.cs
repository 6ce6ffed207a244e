namespace Ddpm.Inference;

/// <summary>The sizes of an attention layer.</summary>
/// <param name="Channels">The channels of each of query, key and value.</param>
/// <param name="Heads">How many heads share them.</param>
/// <param name="Pixels">H · W: how many positions attend to each other.</param>
/// <param name="PanelWidth">The columns of a panel.</param>
internal readonly record struct AttentionShape(int Channels, int Heads, int Pixels, int PanelWidth)
{
    public int HeadChannels => Channels / Heads;

    /// <summary>Gets a head's keys, a column for each pixel.</summary>
    public PanelLayout Keys => new(Plane.Filled(Pixels), HeadChannels, PanelWidth);
}
