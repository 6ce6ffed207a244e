namespace Ddpm.Inference;

/// <summary>
/// How a matrix of weights lies for <see cref="PanelKernel{TLanes}"/>: cut into panels of <see cref="Width"/> columns, each of which is
/// contiguous. Columns are filled up to whole blocks of 16 with zeros, as channels of features are; where the last block is half a panel
/// of 32 columns, the last panel has 16.
/// </summary>
/// <param name="Columns">The columns, a multiple of 16.</param>
/// <param name="Depth">The lines: how many numbers each column is multiplied with.</param>
/// <param name="Width">The columns of a panel.</param>
internal readonly record struct PanelLayout(int Columns, long Depth, int Width)
{
    /// <summary>Gets how many panels.</summary>
    public int Panels => (Columns + Width - 1) / Width;

    /// <summary>Gets how many numbers all panels have.</summary>
    public long Floats => Columns * Depth;

    /// <summary>Returns the columns of one panel.</summary>
    public int ColumnsOf(int panel) => Math.Min(Width, Columns - panel * Width);

    /// <summary>Returns where a panel begins.</summary>
    public long Start(int panel) => panel * Width * Depth;

    /// <summary>Returns where a number lies.</summary>
    public long Index(int column, long line)
    {
        int panel = column / Width;
        return Start(panel) + line * ColumnsOf(panel) + column % Width;
    }
}
