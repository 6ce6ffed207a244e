using System.Text;
using System.Text.RegularExpressions;
using Ddpm.Core;
using ScottPlot;
using SkiaSharp;

namespace Ddpm.Plotting;

/// <summary>Writes pictures as PNG or SVG, as the file's name says; a file is whole or absent.</summary>
internal static partial class PlotFile
{
    /// <summary>Returns whether the name is that of an SVG file; otherwise it is that of a PNG file.</summary>
    /// <exception cref="ArgumentException">The name has another ending.</exception>
    public static bool IsSvg(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".svg" => true,
            ".png" => false,
            _ => throw new ArgumentException($"path must end with .png or .svg, but is {path}.", nameof(path)),
        };
    }

    /// <summary>Writes a plot of ScottPlot.</summary>
    public static void Save(string path, bool svg, int width, int height, Plot plot)
    {
        byte[] bytes = svg
            ? Finish(plot.GetSvgXml(width, height))
            : plot.GetImageBytes(width, height, ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Writes what is drawn on a canvas.</summary>
    public static void Save(string path, int width, int height, string background, Action<SKCanvas> draw)
    {
        byte[] bytes = IsSvg(path) ? Svg(width, height, background, draw) : Png(width, height, background, draw);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Returns what is drawn on a canvas as a PNG file.</summary>
    public static byte[] Png(int width, int height, string background, Action<SKCanvas> draw)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidOperationException($"Skia could not make a picture of {width}×{height}.");
        surface.Canvas.Clear(SKColor.Parse(background));
        draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static byte[] Svg(int width, int height, string background, Action<SKCanvas> draw)
    {
        using var memory = new MemoryStream();
        var bounds = SKRect.Create(width, height);
        using (SKCanvas canvas = SKSvgCanvas.Create(bounds, memory))
        {
            using var paint = new SKPaint { Color = SKColor.Parse(background) };
            canvas.DrawRect(bounds, paint);
            draw(canvas);
        }

        return Finish(Encoding.UTF8.GetString(memory.ToArray()));
    }

    [GeneratedRegex("\\b(cl|img|gr)_[0-9a-f]+\\b")]
    private static partial Regex Identifier { get; }

    // A viewer without the font takes Verdana, whose letters are as wide. With a view box the picture fits the page's width. Skia numbers
    // what it names through the whole process: numbered anew, the same picture is the same bytes.
    private static byte[] Finish(string svg)
    {
        const string family = "font-family=\"DejaVu Sans";
        string text = svg.Replace($"{family}\"", $"{family}, Verdana, sans-serif\"", StringComparison.Ordinal);
        if (!text.Contains("viewBox", StringComparison.Ordinal))
        {
            int start = text.IndexOf("<svg", StringComparison.Ordinal);
            string Size(string name)
            {
                int from = text.IndexOf(name + "=\"", start, StringComparison.Ordinal) + name.Length + 2;
                return text[from..text.IndexOf('"', from)];
            }

            text = text.Insert(start + 4, $" viewBox=\"0 0 {Size("width")} {Size("height")}\"");
        }

        var numbers = new Dictionary<string, string>();
        text = Identifier.Replace(text, match =>
        {
            numbers.TryAdd(match.Value, $"{match.Groups[1].Value}_{numbers.Count}");
            return numbers[match.Value];
        });
        return Encoding.UTF8.GetBytes(text);
    }
}
