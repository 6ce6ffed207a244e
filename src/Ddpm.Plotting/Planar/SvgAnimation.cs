using System.Globalization;
using System.Text;

namespace Ddpm.Plotting;

/// <summary>Draws a movement as an SVG file whose points browsers move (SMIL).</summary>
internal static class SvgAnimation
{
    private const int Units = 1000, Head = 70, Dot = 6;

    /// <summary>Returns the file.</summary>
    public static byte[] Draw(PlanarMovement movement, PlanarPlotOptions options)
    {
        (IReadOnlyList<string> captions, (float X, float Y)[][] points, double seconds) = movement;
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
        double each = seconds / (captions.Count - 1);
        int rest = Math.Max(1, (int)Math.Round(PlanarMovement.Rest / each)), intervals = captions.Count - 1 + rest;
        string duration = (each * intervals).ToString("0.##", CultureInfo.InvariantCulture);
        double[] times = [.. Enumerable.Range(0, captions.Count).Select(k => (double)k / intervals)];
        for (int k = 0; k < captions.Count; k++)
        {
            bool last = k == captions.Count - 1;
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
            svg.Append(Escaped(captions[k]));
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

        return Encoding.UTF8.GetBytes(svg.Append("</svg>\n</svg>\n").ToString());

        int Across(float x) => (int)Math.Round((x / options.Extent + 1) / 2 * Units);
        int Down(float y) => (int)Math.Round((1 - y / options.Extent) / 2 * Units);
    }

    private static string Style(PlotTheme theme) =>
        $".page {{ fill: {theme.Background} }} .panel {{ fill: {theme.Panel} }} text {{ fill: {theme.Foreground} }} "
        + $".dots {{ fill: {theme.Palette[0]}; fill-opacity: .7 }}";

    private static string Escaped(string text) => new System.Xml.Linq.XText(text).ToString();
}
