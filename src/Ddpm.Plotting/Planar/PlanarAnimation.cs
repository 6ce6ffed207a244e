using System.Globalization;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>
/// Animates points of the plane as an SVG file that browsers play (SMIL) and follows the page's light or dark colours. A
/// viewer that does not animate shows the last frame.
/// </summary>
public static class PlanarAnimation
{
    private const int Units = 1000, Head = 70, Dot = 6;
    private const double Hold = 1.5;

    /// <summary>Writes the animation, in one piece or not at all. It repeats, and rests at its last frame.</summary>
    /// <param name="path">The file, with the ending .svg; its folder must exist.</param>
    /// <param name="frames">Each frame's caption and points [N, 2], point i being the same one in all; at least two frames.</param>
    /// <param name="seconds">How long the movement takes. Range: &gt; 0.</param>
    /// <param name="options">
    /// Title, extent and size. Columns, row titles and colours do not apply: light and dark pages have those of <see cref="PlotTheme"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two frames, they differ in the number of points, a tensor has another shape or a number that is not finite, an
    /// option is out of range, or the file's name has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveSvg(
        string path,
        IReadOnlyList<(string Caption, Tensor Points)> frames,
        double seconds = 6,
        PlanarPlotOptions? options = null)
    {
        if (!PlotFile.IsSvg(path)) throw new ArgumentException($"path must end with .svg, but is {path}.", nameof(path));
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count < 2) throw new ArgumentException($"frames must be at least 2, but are {frames.Count}.", nameof(frames));
        if (!double.IsFinite(seconds) || seconds <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, $"seconds must be finite and above 0, but is {seconds}.");
        }

        options ??= PlanarPlotOptions.Default;
        PlanarCheck.Options(options);
        TorchRuntime.EnsureLoaded();
        (float X, float Y)[][] points = [.. frames.Select(frame => PlanarCheck.Points(frame.Points, nameof(frames)))];
        if (points.FirstOrDefault(frame => frame.Length != points[0].Length) is { } other)
        {
            throw new ArgumentException(
                $"frames must all have the {points[0].Length} points of the first, but one has {other.Length}.",
                nameof(frames));
        }

        byte[] svg = Encoding.UTF8.GetBytes(Draw(frames, points, seconds, options));
        AtomicFile.Write(path, stream => stream.Write(svg));
    }

    private static string Draw(
        IReadOnlyList<(string Caption, Tensor Points)> frames,
        (float X, float Y)[][] points,
        double seconds,
        PlanarPlotOptions options)
    {
        PlotTheme light = PlotTheme.Light, dark = PlotTheme.Dark;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Units} {Units + Head}\" ");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"width=\"{options.PanelSize}\" height=\"{options.PanelSize * (Units + Head) / Units}\" ");
        svg.Append("font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"40\">\n<style>");
        svg.Append(Style(light)).Append(" @media (prefers-color-scheme: dark) { ").Append(Style(dark)).Append(" }</style>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"page\" width=\"{Units}\" height=\"{Units + Head}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"panel\" y=\"{Head}\" width=\"{Units}\" height=\"{Units}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"48\">{Escaped(options.Title)}</text>\n");
        // The last frame comes several times: it rests, and no values need times of their own.
        double each = seconds / (frames.Count - 1);
        int rest = Math.Max(1, (int)Math.Round(Hold / each)), intervals = frames.Count - 1 + rest;
        string duration = (each * intervals).ToString("0.##", CultureInfo.InvariantCulture);
        double[] times = [.. Enumerable.Range(0, frames.Count).Select(k => (double)k / intervals)];
        for (int k = 0; k < frames.Count; k++)
        {
            bool last = k == frames.Count - 1;
            string from = times[k].ToString("0.####", CultureInfo.InvariantCulture);
            string until = last ? "1" : times[k + 1].ToString("0.####", CultureInfo.InvariantCulture);
            (string values, string at) = (k == 0, last) switch
            {
                (true, _) => ("1;0", $"0;{until}"),
                (_, true) => ("0;1", $"0;{from}"),
                _ => ("0;1;0", $"0;{from};{until}"),
            };
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Units - 10}\" y=\"48\" text-anchor=\"end\" opacity=\"{(last ? 1 : 0)}\">");
            svg.Append(Escaped(frames[k].Caption));
            svg.Append(CultureInfo.InvariantCulture, $"<animate attributeName=\"opacity\" calcMode=\"discrete\" dur=\"{duration}s\" ");
            svg.Append(CultureInfo.InvariantCulture, $"repeatCount=\"indefinite\" keyTimes=\"{at}\" values=\"{values}\"/></text>\n");
        }

        svg.Append("<svg y=\"70\" width=\"1000\" height=\"1000\" class=\"dots\">\n"); // points outside the panel are clipped
        for (int i = 0; i < points[0].Length; i++)
        {
            string Along(Func<(float X, float Y), int> place) =>
                string.Join(';', points.Concat(Enumerable.Repeat(points[^1], rest)).Select(frame => place(frame[i])));
            (float x, float y) = points[^1][i];
            svg.Append(CultureInfo.InvariantCulture, $"<circle r=\"{Dot}\" cx=\"{Across(x)}\" cy=\"{Down(y)}\">");
            foreach ((string name, string values) in new[] { ("cx", Along(at => Across(at.X))), ("cy", Along(at => Down(at.Y))) })
            {
                svg.Append(CultureInfo.InvariantCulture, $"<animate attributeName=\"{name}\" dur=\"{duration}s\" ");
                svg.Append(CultureInfo.InvariantCulture, $"repeatCount=\"indefinite\" values=\"{values}\"/>");
            }

            svg.Append("</circle>\n");
        }

        return svg.Append("</svg>\n</svg>\n").ToString();

        int Across(float x) => (int)Math.Round((x / options.Extent + 1) / 2 * Units);
        int Down(float y) => (int)Math.Round((1 - y / options.Extent) / 2 * Units);
    }

    private static string Style(PlotTheme theme) =>
        $".page {{ fill: {theme.Background} }} .panel {{ fill: {theme.Panel} }} text {{ fill: {theme.Foreground} }} "
        + $".dots {{ fill: {theme.Palette[0]}; fill-opacity: .7 }}";

    private static string Escaped(string text) => new System.Xml.Linq.XText(text).ToString();
}
