using Ddpm.Core;
using SkiaSharp;

namespace Ddpm.Plotting;

/// <summary>Plots the plane in panels: densities, points, fields of arrows and paths, each with a title.</summary>
public static class PlanarPlot
{
    private const int Margin = 10, Gap = 8;

    /// <summary>Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="panels">The panels, row by row; at least one.</param>
    /// <param name="options">Titles, layout and colours.</param>
    /// <exception cref="ArgumentException">
    /// There is no panel, a tensor has another shape or a number that is not finite, row titles are not as many as rows, an option is out
    /// of range, or the file's name has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<PlanarPanel> panels, PlanarPlotOptions? options = null)
    {
        PlotFile.IsSvg(path);
        ArgumentNullException.ThrowIfNull(panels);
        if (panels.Count == 0) throw new ArgumentException("panels must have at least one entry, but has none.", nameof(panels));
        options ??= PlanarPlotOptions.Default;
        PlanarCheck.Options(options);
        TorchRuntime.EnsureLoaded();
        int columns = options.Columns ?? panels.Count, rows = (panels.Count + columns - 1) / columns, size = options.PanelSize;
        if (!options.RowTitles.IsEmpty && options.RowTitles.Length != rows)
        {
            throw new ArgumentException(
                $"RowTitles must be as many as the {rows} rows of {columns} panels, but are {options.RowTitles.Length}.",
                nameof(options));
        }

        PanelPen[] pens = [.. panels.Select(panel => PanelPen.Read(panel, options))];
        PlotTheme theme = options.Theme;
        using var title = new Lettering(theme.Foreground, 17);
        using var names = new Lettering(theme.Foreground, 13);
        float widest = options.RowTitles.Select(names.Measure).DefaultIfEmpty(0).Max();
        int left = Margin + (widest > 0 ? (int)widest + 10 : 0), top = Margin + (options.Title.Length > 0 ? 26 : 0);
        // Only rows whose panels have titles leave room for them.
        int[] heads = [.. panels.Chunk(columns).Select(row => row.Any(panel => panel.Title.Length > 0) ? 20 : 0)];
        int[] tops = [.. heads.Select((_, row) => top + heads.Take(row + 1).Sum() + row * (size + Gap))];
        int width = Math.Max(left + columns * (size + Gap) - Gap, (int)title.Measure(options.Title) + Margin) + Margin;
        int height = tops[^1] + size + Margin;
        PlotSize.Check(width, height, least: 1);
        PlotFile.Save(path, width, height, theme.Background, canvas =>
        {
            title.Write(canvas, options.Title, Margin, Margin + 15);
            for (int index = 0; index < pens.Length; index++)
            {
                (int row, int column) = Math.DivRem(index, columns);
                int x = left + column * (size + Gap), y = tops[row];
                names.Write(canvas, panels[index].Title, x + size / 2f, y - 6, anchor: 0.5f);
                canvas.Save();
                canvas.Translate(x, y);
                canvas.ClipRect(SKRect.Create(size, size));
                pens[index].Draw(canvas);
                canvas.Restore();
                if (column == 0 && !options.RowTitles.IsEmpty) names.Write(canvas, options.RowTitles[row], left - 10, y + size / 2f, 1);
            }
        });
    }
}
