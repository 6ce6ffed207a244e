using Ddpm.Core;
using ScottPlot;

namespace Ddpm.Plotting;

/// <summary>What all plots have in common: size, font, labels, and a file that is whole or absent.</summary>
internal static class PlotFile
{
    private const int Width = 900;
    private const int Height = 500;

    public static void Save(string path, string title, string xLabel, string yLabel, Action<Plot> draw)
    {
        string font = EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(font);
        plot.Legend.FontName = font;
        draw(plot);
        plot.Title(title);
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
        byte[] png = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }
}
