namespace Ddpm.Inference;

/// <summary>How many tiles a <see cref="WinogradStep{TLanes, TTiles}"/> has under way at once.</summary>
internal static class TileChunk
{
    /// <summary>The tiles at once of many channels, whose matrices no second cache holds.</summary>
    public const int WideTiles = 64;

    // Transformed input that a core's second cache, of 1 MB or so, holds beside weights.
    private const int CachedFloats = 130_000;

    /// <summary>Returns the tiles whose transformed input stays in a core's second cache.</summary>
    public static int Tiles(PanelLayout layout, int products) => Math.Max(1, CachedFloats / (products * Plane.Filled((int)layout.Depth)));

    /// <summary>
    /// Returns whether more tiles read fewer bytes. All weights pass once for each chunk; more tiles than the second cache holds read each
    /// product's factors and sums from a larger cache.
    /// </summary>
    public static bool IsWide(PanelLayout layout, int products)
    {
        double weights = (double)layout.Floats * products, read = (double)products * (layout.Depth + layout.Columns);
        return weights / Tiles(layout, products) > weights / WideTiles + read;
    }
}
