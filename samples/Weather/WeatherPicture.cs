using System.Globalization;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Weather;

/// <summary>
/// Real months above, drawn ones beneath, for each city: a band from each day's lowest to its highest temperature, and its rain as bars.
/// The file follows the page's light or dark colours.
/// </summary>
internal static class WeatherPicture
{
    private const int Shown = 5, PanelWidth = 170, PanelHeight = 110, Gap = 12, Margin = 130, Right = 50, Top = 92, Rows = 4;
    private const double Coldest = -15, Warmest = 40, MostRain = 60;

    // Okabe and Ito's colours, which everyone tells apart.
    private const string Style =
        "<style>.page{fill:#fff}.panel{fill:#f6f8fa}text{fill:#1f2328}.quiet{fill:#59636e;font-size:11px}.zero{stroke:#8c959f}"
        + ".real{fill:#0072b2;stroke:#0072b2}.drawn{fill:#d55e00;stroke:#d55e00}.band{fill-opacity:.35;stroke-linejoin:round}"
        + ".rain{fill:#56b4e9}@media(prefers-color-scheme:dark){.page{fill:#0d1117}.panel{fill:#161b22}text{fill:#e6edf3}"
        + ".quiet{fill:#9198a1}.zero{stroke:#59636e}.real{fill:#56b4e9;stroke:#56b4e9}.drawn{fill:#e8743b;stroke:#e8743b}"
        + ".rain{fill:#0072b2}}</style>\n";

    /// <summary>Writes the picture as SVG, in one piece or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="real">The real months of each city, [N, 4, 32], one for each day of the held-out year that begins one.</param>
    /// <param name="drawn">The drawn ones.</param>
    public static void Write(string path, IReadOnlyList<Tensor> real, IReadOnlyList<Tensor> drawn)
    {
        var svg = new StringBuilder();
        int width = Margin + Shown * (PanelWidth + Gap) + Right, height = Top + Rows * (PanelHeight + Gap) + 24;
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" ");
        svg.Append("font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"13\">").Append(Style);
        svg.Append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
        Legend(svg);
        for (int row = 0; row < Rows; row++)
        {
            (int city, bool isDrawn) = (row / 2, row % 2 == 1);
            Tensor months = isDrawn ? drawn[city] : real[city];
            int y = Top + row * (PanelHeight + Gap);
            Append(svg, $"<text x=\"8\" y=\"{y + 50}\">{WeatherData.Cities[city]}</text>");
            Append(svg, $"<text class=\"quiet\" x=\"8\" y=\"{y + 68}\">{(isDrawn ? "drawn" : WeatherData.HeldOutYear)}</text>\n");
            Axes(svg, y);
            // Real months are spread over the year, and so are drawn ones over theirs, which have no order.
            for (int k = 0; k < Shown; k++)
            {
                long month = k * (months.size(0) - 1) / Math.Max(1, Shown - 1);
                Panel(svg, months[month], Margin + k * (PanelWidth + Gap), y, isDrawn ? "drawn" : "real", isDrawn ? "" : Dates(month));
            }
        }

        Append(svg, $"<text class=\"quiet\" x=\"{Margin}\" y=\"{height - 10}\">Each panel has {WeatherData.Days} days. ");
        svg.Append("Rain is drawn by its root, so that little of it shows.</text>\n</svg>\n");
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(svg.ToString())));
    }

    private static void Legend(StringBuilder svg)
    {
        svg.Append("<text x=\"8\" y=\"28\" font-size=\"18\">Months of weather: real ones, and ones that the model drew</text>\n");
        int x = Margin;
        foreach ((string kind, string text, int wide) in new[]
        {
            ("real band", $"lowest to highest temperature, °C, {WeatherData.HeldOutYear}", 330),
            ("drawn band", "the same, drawn", 160),
            ("rain", "rain, mm a day", 150),
        })
        {
            Append(svg, $"<rect class=\"{kind}\" x=\"{x}\" y=\"46\" width=\"22\" height=\"12\"/>");
            Append(svg, $"<text x=\"{x + 30}\" y=\"57\">{text}</text>\n");
            x += wide;
        }

        Append(svg, $"<text class=\"quiet\" x=\"{Margin - 8}\" y=\"{Top - 8}\" text-anchor=\"end\">°C</text>");
        Append(svg, $"<text class=\"quiet\" x=\"{Margin + Shown * (PanelWidth + Gap) - 4}\" y=\"{Top - 8}\">mm</text>\n");
    }

    // Temperatures stand at the left of the first panel, rain at the right of the last one.
    private static void Axes(StringBuilder svg, int top)
    {
        foreach (int degrees in new[] { 40, 20, 0 })
        {
            double y = Height(top, degrees) + 4;
            Append(svg, $"<text class=\"quiet\" x=\"{Margin - 8}\" y=\"{y:F1}\" text-anchor=\"end\">{degrees}</text>");
        }

        foreach (int rain in new[] { 60, 15 })
        {
            double y = top + PanelHeight - Rain(rain);
            Append(svg, $"<text class=\"quiet\" x=\"{Margin + Shown * (PanelWidth + Gap) - 4}\" y=\"{y + 4:F1}\">{rain}</text>");
        }

        svg.Append('\n');
    }

    private static void Panel(StringBuilder svg, Tensor month, int left, int top, string kind, string dates)
    {
        float[] values = month.contiguous().data<float>().ToArray();
        double X(int day) => left + PanelWidth * (day + 0.5) / WeatherData.Days;
        double Y(double temperature) => Height(top, Math.Clamp(temperature, Coldest, Warmest));
        string Points(int variable, IEnumerable<int> days) =>
            string.Join(
                ' ',
                days.Select(day =>
                    string.Create(CultureInfo.InvariantCulture, $"{X(day):F1},{Y(values[variable * WeatherData.Days + day]):F1}")));
        IEnumerable<int> days = Enumerable.Range(0, WeatherData.Days);
        Append(svg, $"<rect class=\"panel\" x=\"{left}\" y=\"{top}\" width=\"{PanelWidth}\" height=\"{PanelHeight}\" rx=\"4\"/>");
        Append(svg, $"<line class=\"zero\" x1=\"{left}\" x2=\"{left + PanelWidth}\" y1=\"{Y(0):F1}\" y2=\"{Y(0):F1}\"/>");
        foreach (int day in days)
        {
            double rain = Rain(values[3 * WeatherData.Days + day]);
            if (rain > 1)
            {
                Append(svg, $"<rect class=\"rain\" x=\"{X(day) - 1.8:F1}\" y=\"{top + PanelHeight - rain:F1}\" width=\"3.6\" ");
                Append(svg, $"height=\"{rain:F1}\"/>");
            }
        }

        Append(svg, $"<polygon class=\"{kind} band\" points=\"{Points(0, days)} {Points(1, days.Reverse())}\"/>");
        Append(svg, $"<text class=\"quiet\" x=\"{left + 6}\" y=\"{top + 14}\">{dates}</text>\n");
    }

    // Month k begins k days after the year does.
    private static string Dates(long month)
    {
        DateOnly first = new DateOnly(WeatherData.HeldOutYear, 1, 1).AddDays((int)month), last = first.AddDays(WeatherData.Days - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{first:d MMM} – {last:d MMM}");
    }

    private static double Height(int top, double temperature) => top + PanelHeight * (Warmest - temperature) / (Warmest - Coldest);

    private static double Rain(double millimetres) => PanelHeight * Math.Sqrt(Math.Min(millimetres, MostRain) / MostRain) / 2;

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
