using Ddpm.Imaging;

namespace Ddpm.Cli.Output;

/// <summary>How many pictures stand in one, so that people can see them.</summary>
internal static class GridLayout
{
    /// <summary>The most classes that have rows of their own.</summary>
    public const int MostClasses = 16;

    private const int LeastTile = 64, MostPixels = 2048;

    /// <summary>Gives the layout of some pictures of one size, without classes.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="height">The height of each.</param>
    /// <param name="width">The width of each.</param>
    public static ImageGridOptions Of(int count, int height, int width)
    {
        int columns = Columns(count, 0), rows = (count + columns - 1) / columns;
        return new ImageGridOptions { Columns = columns, Scale = Scale(Math.Max(height, width), Math.Max(rows, columns)) };
    }

    /// <summary>
    /// Gives the pictures in a row, so that the whole is nearly square. Each of few classes has rows of its own, as many as that takes:
    /// 2 classes of 32 pictures have 4 rows each and not 1.
    /// </summary>
    /// <param name="count">How many pictures there are.</param>
    /// <param name="classes">How many classes they are of; 0 where classes have no rows.</param>
    public static int Columns(int count, int classes)
    {
        double square = Math.Sqrt(count);
        if (classes is < 2 or > MostClasses) return Math.Max(1, (int)Math.Ceiling(square));
        int each = (count + classes - 1) / classes, rows = Math.Max(1, (int)Math.Round(square / classes));
        return (each + rows - 1) / rows;
    }

    /// <summary>Gives how many times small pictures are enlarged: until they can be seen, while all of them fit on a screen.</summary>
    /// <param name="side">The longer side of a picture.</param>
    /// <param name="along">How many stand along the longer side of the whole.</param>
    public static int Scale(int side, int along) =>
        Math.Max(1, Math.Min((LeastTile + side - 1) / side, MostPixels / Math.Max(1, side * along)));
}
