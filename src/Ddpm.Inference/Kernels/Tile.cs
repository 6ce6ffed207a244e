namespace Ddpm.Inference;

/// <summary>A tile of 2×2 results, each a vector of channels.</summary>
internal readonly struct Tile<TLanes>(TLanes topLeft, TLanes topRight, TLanes bottomLeft, TLanes bottomRight)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public readonly TLanes TopLeft = topLeft, TopRight = topRight, BottomLeft = bottomLeft, BottomRight = bottomRight;
}
