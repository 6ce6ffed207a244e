using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Imaging;
using SkiaSharp;
using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>
/// Arranges images in rows and columns that have titles: t above the columns, the names of classes beside the rows. A strip is a grid of
/// one row.
/// </summary>
public static class LabelledGrid
{
    private const int Margin = 10;

    /// <summary>Writes the picture as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="images">uint8 [N, C, H, W], row by row, with N ≥ 1 and C = 1 (grayscale) or 3 (RGB).</param>
    /// <param name="options">Titles, layout and colours.</param>
    /// <exception cref="ArgumentException">
    /// The tensor has another shape or type, the titles are not as many as rows and columns, an option is out of range, or the file's name
    /// has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Tensor images, LabelledGridOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        TorchRuntime.EnsureLoaded();
        Save(path, TensorImages.Of(images), options);
    }

    /// <summary>Writes the picture as PNG or SVG, as the file's name ends, in one piece or not at all; without a tensor.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="images">The images of one shape, row by row; at least one.</param>
    /// <param name="options">Titles, layout and colours.</param>
    /// <exception cref="ArgumentException">
    /// There is no image, shapes differ, the titles are not as many as rows and columns, an option is out of range, or the file's name has
    /// another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<DecodedImage> images, LabelledGridOptions? options = null)
    {
        PlotFile.IsSvg(path);
        Check(images);
        options ??= LabelledGridOptions.Default;
        (int rows, int columns) = Layout(images.Count, options);
        int across = checked(images[0].Width * options.Scale), down = checked(images[0].Height * options.Scale), gap = options.Padding;
        PlotTheme theme = options.Theme;
        using var titles = new Lettering(theme.Foreground, 1.2f * options.FontSize);
        using var names = new Lettering(theme.Foreground, options.FontSize);
        float widest = options.RowTitles.Append(options.ColumnHeading).Max(names.Measure);
        int left = Margin + (widest > 0 ? (int)widest + 8 : 0);
        bool hasColumnTitles = !options.ColumnTitles.IsEmpty || options.ColumnHeading.Length > 0;
        int titleHeight = options.Title.Length > 0 ? (int)(1.4f * titles.LineHeight) : 0;
        int top = Margin + titleHeight + (hasColumnTitles ? (int)names.LineHeight : 0);
        // Titles of columns wider than images move the columns apart.
        int pitch = Math.Max(across + gap, (int)Math.Ceiling(options.ColumnTitles.Select(names.Measure).DefaultIfEmpty(0).Max()) + 6);
        int width = Math.Max(left + columns * pitch - gap, (int)titles.Measure(options.Title) + Margin) + Margin;
        int height = checked(top + rows * (down + gap) - gap + Margin);
        PlotSize.Check(width, height, least: 1);
        PlotFile.Save(path, width, height, theme.Background, canvas =>
        {
            titles.Write(canvas, options.Title, Margin, Margin + 0.8f * titles.LineHeight);
            float baseline = top - 0.4f * options.FontSize;
            names.Write(canvas, options.ColumnHeading, left - 8, baseline, anchor: 1);
            for (int column = 0; column < options.ColumnTitles.Length; column++)
            {
                names.Write(canvas, options.ColumnTitles[column], left + column * pitch + (pitch - gap) / 2f, baseline, anchor: 0.5f);
            }

            for (int row = 0; row < options.RowTitles.Length; row++)
            {
                float middle = top + row * (down + gap) + down / 2f;
                names.Write(canvas, options.RowTitles[row], left - 8, middle + 0.35f * options.FontSize, anchor: 1);
            }

            for (int index = 0; index < images.Count; index++)
            {
                (int row, int column) = Math.DivRem(index, columns);
                Draw(canvas, images[index], left + column * pitch + (pitch - gap - across) / 2f, top + row * (down + gap), options.Scale);
            }
        });
    }

    private static (int Rows, int Columns) Layout(int count, LabelledGridOptions options)
    {
        if (options.Columns is { } given) ArgumentOutOfRangeException.ThrowIfLessThan(given, 1, nameof(options.Columns));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Scale, 1, nameof(options.Scale));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Padding, nameof(options.Padding));
        if (options.FontSize is < 6 or > 72)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.FontSize,
                $"{nameof(options.FontSize)} must be 6 … 72, but is {options.FontSize}.");
        }

        int byRows = options.RowTitles.IsEmpty ? (int)Math.Ceiling(Math.Sqrt(count)) : DivideUp(count, options.RowTitles.Length);
        int columns = options.Columns ?? (options.ColumnTitles.IsEmpty ? byRows : options.ColumnTitles.Length);
        int rows = DivideUp(count, columns);
        Check(options.RowTitles, nameof(options.RowTitles), rows, $"rows of {columns} images");
        Check(options.ColumnTitles, nameof(options.ColumnTitles), columns, "columns");
        return (rows, columns);
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;

    private static void Check(ImmutableArray<string> titles, string name, int needed, string what)
    {
        if (titles.IsEmpty || titles.Length == needed) return;
        throw new ArgumentException($"{name} must be as many as the {needed} {what}, but are {titles.Length}.", name);
    }

    private static void Check(IReadOnlyList<DecodedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0) throw new ArgumentException("images must have at least one image, but are none.", nameof(images));
        (int channels, int height, int width, _) = images[0];
        foreach (DecodedImage image in images)
        {
            bool same = (image.Channels, image.Height, image.Width) == (channels, height, width);
            if (same && channels is 1 or 3 && image.Pixels.Length == (long)channels * height * width) continue;
            throw new ArgumentException(
                $"images must all have 1 or 3 channels, the shape [{channels}, {height}, {width}] of the first and a byte for each pixel, "
                + $"but one has [{image.Channels}, {image.Height}, {image.Width}] and {image.Pixels.Length} bytes.",
                nameof(images));
        }
    }

    // Pixels stay squares: nothing is interpolated.
    private static void Draw(SKCanvas canvas, DecodedImage image, float left, float top, int scale)
    {
        DecodedImage enlarged = ImageGrid.Compose([image], new ImageGridOptions { Columns = 1, Padding = 0, Scale = scale });
        using SKImage picture = SKImage.FromEncodedData(ImageFile.EncodePng(enlarged));
        canvas.DrawImage(picture, MathF.Round(left), top);
    }
}
