using System.Globalization;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Weather;

/// <summary>
/// Real months above, drawn ones beneath, for each city: a band from each day's lowest to its highest temperature, and its rain as bars.
/// </summary>
internal static class WeatherPicture
{
    private const int Shown = 5, PanelWidth = 170, PanelHeight = 110, Gap = 12, Margin = 96, Top = 16;
    private const double Coldest = -15, Warmest = 40, MostRain = 60;

    /// <summary>Writes the picture as SVG, in one piece or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="real">The real months of each city, [N, 4, 32].</param>
    /// <param name="drawn">The drawn ones.</param>
    public static void Write(string path, IReadOnlyList<Tensor> real, IReadOnlyList<Tensor> drawn)
    {
        var svg = new StringBuilder();
        int width = Margin + Shown * (PanelWidth + Gap), height = Top + 4 * (PanelHeight + Gap);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"14\"><rect "
                + $"width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        for (int row = 0; row < 4; row++)
        {
            (int city, bool isDrawn) = (row / 2, row % 2 == 1);
            Tensor months = isDrawn ? drawn[city] : real[city];
            int y = Top + row * (PanelHeight + Gap);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"8\" y=\"{y + 50}\">{WeatherData.Cities[city]}</text><text x=\"8\" y=\"{y + 70}\" "
                    + $"fill=\"#777\">{(isDrawn ? "drawn" : "2015")}</text>\n");
            // Real months are spread over the year, and so are drawn ones over theirs, which have no order.
            for (int k = 0; k < Shown; k++)
            {
                Panel(
                    svg,
                    months[k * (months.size(0) - 1) / Math.Max(1, Shown - 1)],
                    Margin + k * (PanelWidth + Gap),
                    y,
                    isDrawn ? "#6b3fa0" : "#3a6ea5");
            }
        }

        svg.Append("</svg>\n");
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(svg.ToString())));
    }

    private static void Panel(StringBuilder svg, Tensor month, int left, int top, string color)
    {
        float[] values = month.contiguous().data<float>().ToArray();
        double X(int day) => left + PanelWidth * (day + 0.5) / WeatherData.Days;
        double Y(double temperature) => top + PanelHeight * (Warmest - Math.Clamp(temperature, Coldest, Warmest)) / (Warmest - Coldest);
        string Points(int variable, IEnumerable<int> days) =>
            string.Join(
                ' ',
                days.Select(day =>
                    string.Create(CultureInfo.InvariantCulture, $"{X(day):F1},{Y(values[variable * WeatherData.Days + day]):F1}")));
        IEnumerable<int> days = Enumerable.Range(0, WeatherData.Days);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{left}\" y=\"{top}\" width=\"{PanelWidth}\" height=\"{PanelHeight}\" fill=\"#f6f4f0\" rx=\"4\"/>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{left}\" x2=\"{left + PanelWidth}\" y1=\"{Y(0):F1}\" y2=\"{Y(0):F1}\" stroke=\"#ccc\"/>");
        foreach (int day in days)
        {
            double rain = PanelHeight * Math.Sqrt(Math.Min(values[3 * WeatherData.Days + day], MostRain) / MostRain) / 2;
            if (rain > 1)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{X(day) - 1.8:F1}\" y=\"{top + PanelHeight - rain:F1}\" width=\"3.6\" height=\"{rain:F1}\" "
                        + $"fill=\"#9cc3dd\"/>");
            }
        }

        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polygon points=\"{Points(0, days)} {Points(1, days.Reverse())}\" fill=\"{color}\" fill-opacity=\".35\" stroke=\"{color}\" "
                + $"stroke-width=\"1.2\" stroke-linejoin=\"round\"/>\n");
    }
}
