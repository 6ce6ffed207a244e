using Ddpm.Imaging;

namespace Ddpm.Cli.Output;

/// <summary>How many pictures stand in one, so that people can see them.</summary>
internal static class GridLayout
{
    private const int LeastTile = 64, MostPixels = 2048, MostClasses = 16;

    /// <summary>Gives the layout of some pictures of one size.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="height">The height of each.</param>
    /// <param name="width">The width of each.</param>
    /// <param name="classes">How many classes take turns; 0 or 1 where none do.</param>
    public static ImageGridOptions Of(int count, int height, int width, int classes)
    {
        int columns = Columns(count, classes), rows = (count + columns - 1) / columns;
        return new ImageGridOptions { Columns = columns, Scale = Scale(Math.Max(height, width), Math.Max(rows, columns)) };
    }

    /// <summary>
    /// Gives the pictures in a row. Where few classes take turns each has a column, or several: 2 classes of 64 pictures have 8 columns and
    /// not 2. Otherwise the picture is nearly square.
    /// </summary>
    public static int Columns(int count, int classes)
    {
        double square = Math.Sqrt(count);
        if (classes is < 2 or > MostClasses) return Math.Max(1, (int)Math.Ceiling(square));
        return classes * Math.Max(1, (int)Math.Round(square / classes));
    }

    /// <summary>Gives how many times small pictures are enlarged: until they can be seen, while all of them fit on a screen.</summary>
    /// <param name="side">The longer side of a picture.</param>
    /// <param name="along">How many stand along the longer side of the whole.</param>
    public static int Scale(int side, int along) =>
        Math.Max(1, Math.Min((LeastTile + side - 1) / side, MostPixels / Math.Max(1, side * along)));
}
