using System.Globalization;
using System.IO.Compression;
using static TorchSharp.torch;

namespace Weather;

/// <summary>
/// Four years, 2012 … 2015, of daily weather in Seattle and New York, embedded in this program: highest and lowest temperature, wind, rain.
/// Observations of the National Oceanic and Atmospheric Administration (a work of the U.S. government, public domain), as the vega-datasets
/// package has them.
/// </summary>
internal sealed class WeatherData : IDisposable
{
    /// <summary>The days of an example: about a month, and a power of two for the network's levels.</summary>
    public const int Days = 32;

    /// <summary>The year that no network sees.</summary>
    public const int HeldOutYear = 2015;

    // Columns of the file.
    private const int City = 0, Date = 1, Rain = 2, Highest = 3, Lowest = 4, Wind = 5;
    private readonly Tensor mean;
    private readonly Tensor deviation;

    public WeatherData()
    {
        string[][] rows = Rows();
        using var scope = NewDisposeScope();
        Tensor[] past = [.. Cities.Select(city => Measured(rows, city, year => year < HeldOutYear))];
        Tensor[] held = [.. Cities.Select(city => Measured(rows, city, year => year == HeldOutYear))];
        // Mean 0 and deviation 1 for each variable, over the years that are trained on.
        Tensor all = cat(past);
        mean = all.mean([0], keepdim: true).unsqueeze(2).DetachFromDisposeScope(); // [1, 4, 1]
        deviation = all.std([0], keepdim: true).unsqueeze(2).DetachFromDisposeScope();
        Training = [.. past.Select(days => Months(days).DetachFromDisposeScope())];
        HeldOut = [.. held.Select(days => Months(days).DetachFromDisposeScope())];
    }

    public static IReadOnlyList<string> Cities { get; } = ["Seattle", "New York"];

    public static IReadOnlyList<string> Variables { get; } = ["highest °C", "lowest °C", "wind m/s", "rain mm"];

    /// <summary>Every run of 32 days in 2012 … 2014, for each city: [N, 4, 32], mean 0 and deviation 1.</summary>
    public IReadOnlyList<Tensor> Training { get; }

    /// <summary>The same of 2015, which no network has seen.</summary>
    public IReadOnlyList<Tensor> HeldOut { get; }

    /// <summary>From what networks see to °C, m/s and mm; a fresh tensor.</summary>
    public Tensor ToUnits(Tensor months)
    {
        using var scope = NewDisposeScope();
        Tensor values = months * deviation + mean;
        return cat([values.narrow(1, 0, 2), values.narrow(1, 2, 1).exp(), values.narrow(1, 3, 1).expm1().clamp_min(0)], 1)
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor months in Training.Concat(HeldOut)) months.Dispose();
        mean.Dispose();
        deviation.Dispose();
    }

    /// <summary>The days of a city in some years: dates, and four numbers each, as networks see them but for the scale.</summary>
    public static IReadOnlyList<(DateTime Date, float[] Values)> DaysOf(string city, Func<int, bool> years) => DaysOf(Rows(), city, years);

    private static (DateTime Date, float[] Values)[] DaysOf(string[][] rows, string city, Func<int, bool> years) =>
    [
        .. from row in rows
           let date = DateTime.ParseExact(row[Date].Replace('/', '-'), "yyyy-MM-dd", CultureInfo.InvariantCulture)
           where row[City] == city && years(date.Year)
           // Wind and rain are logarithms: a storm is a multiple of a breeze.
           let windAndRain = (Wind: MathF.Log(Number(row[Wind])), Rain: MathF.Log(1 + Number(row[Rain])))
           select (date, new[] { Number(row[Highest]), Number(row[Lowest]), windAndRain.Wind, windAndRain.Rain }),
    ];

    private static string[][] Rows()
    {
        using Stream resource = typeof(WeatherData).Assembly.GetManifestResourceStream("weather.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))];
    }

    // [days, 4].
    private static Tensor Measured(string[][] rows, string city, Func<int, bool> years) =>
        tensor(DaysOf(rows, city, years).SelectMany(day => day.Values).ToArray()).reshape(-1, 4);

    private static float Number(string field) => float.Parse(field, CultureInfo.InvariantCulture);

    private Tensor Months(Tensor days) => (days.unfold(0, Days, 1) - mean) / deviation; // [N, 4, 32]
}
