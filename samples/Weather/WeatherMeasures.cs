using static TorchSharp.torch;

namespace Weather;

/// <summary>What one would ask of made-up weather.</summary>
/// <param name="Highest">The mean of the days' highest temperature, °C.</param>
/// <param name="Spread">Its standard deviation, °C.</param>
/// <param name="Change">The standard deviation of its change from one day to the next, °C.</param>
/// <param name="Memory">The correlation of one day's highest temperature with the next one's, as deviations from their month.</param>
/// <param name="Together">The correlation of a day's highest and lowest temperature, as deviations from their month.</param>
/// <param name="Dry">The share of days with less than 0.2 mm of rain, which is the least that is measured.</param>
/// <param name="Wind">The mean wind, m/s.</param>
/// <param name="Impossible">The share of days whose lowest temperature is above their highest.</param>
internal sealed record WeatherMeasures(
    double Highest,
    double Spread,
    double Change,
    double Memory,
    double Together,
    double Dry,
    double Wind,
    double Impossible)
{
    private const double LeastRain = 0.2;

    /// <summary>Measures months, [N, 4, 32] in °C, m/s and mm.</summary>
    public static WeatherMeasures Of(Tensor months)
    {
        using var scope = NewDisposeScope();
        Tensor exact = months.to(float64), highest = exact.select(1, 0), lowest = exact.select(1, 1); // [N, 32]
        int last = WeatherData.Days - 1;
        Tensor high = highest - highest.mean([1], keepdim: true), low = lowest - lowest.mean([1], keepdim: true);
        return new WeatherMeasures(
            Number(highest.mean()), Number(highest.std()), Number((highest.narrow(1, 1, last) - highest.narrow(1, 0, last)).std()),
            Correlation(high.narrow(1, 0, last), high.narrow(1, 1, last)), Correlation(high, low),
            Share(exact.select(1, 3) < LeastRain), Number(exact.select(1, 2).mean()), Share(lowest > highest));
    }

    private static double Correlation(Tensor a, Tensor b) => Number((a * b).mean() / ((a * a).mean() * (b * b).mean()).sqrt());

    private static double Share(Tensor days) => Number(days.to(float64).mean());

    private static double Number(Tensor value) => value.item<double>();
}
