namespace Ddpm.Imaging.Jpeg;

/// <summary>A colour component of a JPEG file: its blocks of 8×8 coefficients, and what is known of them so far.</summary>
/// <param name="id">Its number in the file.</param>
/// <param name="horizontal">How many of its blocks lie side by side in a unit of all components.</param>
/// <param name="vertical">How many lie above each other there.</param>
internal sealed class JpegComponent(int id, int horizontal, int vertical)
{
    /// <summary>The coefficients of a block.</summary>
    public const int Coefficients = 64;

    private ulong[]? nonzero;

    public int Id => id;

    public int Horizontal => horizontal;

    public int Vertical => vertical;

    /// <summary>Gets the blocks of a row that the image covers.</summary>
    public int Wide { get; private set; }

    /// <summary>Gets the rows of blocks that the image covers.</summary>
    public int High { get; private set; }

    /// <summary>Gets the blocks of a row of whole units.</summary>
    public int Stride { get; private set; }

    /// <summary>Gets the rows of blocks of whole units.</summary>
    public int Rows { get; private set; }

    /// <summary>Gets the bits of each coefficient that are still to come; -1 where none has come.</summary>
    public int[] BitsLeft { get; } = [.. Enumerable.Repeat(-1, Coefficients)];

    /// <summary>Gets which coefficients of each block are not 0, bit k for that of number k; progressive files need them.</summary>
    public ulong[] Nonzero => nonzero ??= new ulong[(long)Stride * Rows];

    /// <summary>Lays the blocks out over an image.</summary>
    public void Cover(int width, int height, int mostHorizontal, int mostVertical)
    {
        Wide = Ceiling(Ceiling(width * (long)horizontal, mostHorizontal), 8);
        High = Ceiling(Ceiling(height * (long)vertical, mostVertical), 8);
        Stride = Ceiling(width, 8 * mostHorizontal) * horizontal;
        Rows = Ceiling(height, 8 * mostVertical) * vertical;
    }

    private static int Ceiling(long value, int divisor) => (int)((value + divisor - 1) / divisor);
}
