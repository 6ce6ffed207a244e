using System.Globalization;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Weather;

/// <summary>Made-up months beside real ones of a year that was held out, and beside real ones that were trained on and noise, without which a number means nothing.</summary>
/// <param name="City">Where.</param>
/// <param name="Past">The years that were trained on.</param>
/// <param name="HeldOut">The year that was held out.</param>
/// <param name="Generated">The months that were drawn.</param>
/// <param name="PastDistance">The Fréchet distance of the years that were trained on to the held-out one.</param>
/// <param name="GeneratedDistance">That of the months that were drawn.</param>
/// <param name="NoiseDistance">That of noise with the mean and deviation of each variable.</param>
/// <param name="HeldOutNearest">How far the held-out months are from the nearest that were trained on, in the median: Euclidean, in deviations.</param>
/// <param name="GeneratedNearest">How far the drawn ones are: a network that copied would come nearer.</param>
internal sealed record WeatherReport(string City, WeatherMeasures Past, WeatherMeasures HeldOut, WeatherMeasures Generated, double PastDistance, double GeneratedDistance, double NoiseDistance, double HeldOutNearest, double GeneratedNearest)
{
    public static WeatherReport Of(WeatherData data, int city, Tensor generated)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor past = data.Training[city], held = data.HeldOut[city], noise = randn(generated.shape, generator: generator);
        double Distance(Tensor months) => FrechetDistance.Compute(held.flatten(1), months.flatten(1));
        double Nearest(Tensor months) => NearestNeighbours.Find(months.flatten(1), past.flatten(1)).Select(found => found.Distance).Order().ElementAt((int)months.size(0) / 2);
        return new WeatherReport(
            WeatherData.Cities[city], WeatherMeasures.Of(data.ToUnits(past)), WeatherMeasures.Of(data.ToUnits(held)), WeatherMeasures.Of(data.ToUnits(generated)), Distance(past), Distance(generated), Distance(noise), Nearest(held), Nearest(generated));
    }

    public void Write(TextWriter console)
    {
        void Row(string name, Func<WeatherMeasures, double> value, string format) =>
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-42}{value(Past).ToString(format, CultureInfo.InvariantCulture),10}{value(HeldOut).ToString(format, CultureInfo.InvariantCulture),10}{value(Generated).ToString(format, CultureInfo.InvariantCulture),10}"));

        console.WriteLine($"{City,-44}{"2012-14",10}{"2015",10}{"drawn",10}");
        Row("highest temperature, mean °C", measures => measures.Highest, "F1");
        Row("  its deviation, °C", measures => measures.Spread, "F1");
        Row("  its change from day to day, °C", measures => measures.Change, "F2");
        Row("  its correlation with the next day's", measures => measures.Memory, "F2");
        Row("  its correlation with the lowest", measures => measures.Together, "F2");
        Row("dry days", measures => measures.Dry, "P0");
        Row("wind, mean m/s", measures => measures.Wind, "F2");
        Row("days colder at their warmest", measures => measures.Impossible, "P2");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"Fréchet distance to 2015 (noise: " + NoiseDistance.ToString("F0", CultureInfo.InvariantCulture) + ")",-42}{PastDistance,10:F1}{"",10}{GeneratedDistance,10:F1}"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"distance to the nearest month of 2012-14",-42}{"",10}{HeldOutNearest,10:F1}{GeneratedNearest,10:F1}"));
    }
}
