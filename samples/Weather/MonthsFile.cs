using System.Globalization;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Weather;

/// <summary>Months as a table, a day a row.</summary>
internal static class MonthsFile
{
    /// <summary>Writes the months of each city, [N, 4, 32], in one piece or not at all.</summary>
    public static void Write(string path, IReadOnlyList<Tensor> months) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("city,month,day,temp_max,temp_min,wind,precipitation");
        for (int city = 0; city < months.Count; city++)
        {
            float[] values = months[city].contiguous().data<float>().ToArray();
            int each = WeatherData.Variables.Count * WeatherData.Days;
            for (int month = 0; month < values.Length / each; month++)
            {
                for (int day = 0; day < WeatherData.Days; day++)
                {
                    IEnumerable<string> fields = Enumerable.Range(0, WeatherData.Variables.Count)
                        .Select(variable =>
                            values[month * each + variable * WeatherData.Days + day].ToString("F1", CultureInfo.InvariantCulture));
                    writer.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{WeatherData.Cities[city]},{month},{day},{string.Join(',', fields)}"));
                }
            }
        }
    });
}
