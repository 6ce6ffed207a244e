using System.Globalization;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Weather;

/// <summary>
/// Compares drawn months with real ones of a held-out year. The same measures of the training years and of noise say what a number means.
/// </summary>
/// <param name="City">Where.</param>
/// <param name="Past">The years that were trained on.</param>
/// <param name="HeldOut">The year that was held out.</param>
/// <param name="Generated">The months that were drawn.</param>
/// <param name="PastDistance">The Fréchet distance of the years that were trained on to the held-out one.</param>
/// <param name="GeneratedDistance">That of the months that were drawn.</param>
/// <param name="NoiseDistance">That of noise with the mean and deviation of each variable.</param>
/// <param name="HeldOutNearest">How far the held-out months are from the nearest that were trained on, in the median: Euclidean, in
/// deviations.</param>
/// <param name="GeneratedNearest">How far the drawn ones are: a network that copied would come nearer.</param>
internal sealed record WeatherReport(
    string City,
    WeatherMeasures Past,
    WeatherMeasures HeldOut,
    WeatherMeasures Generated,
    double PastDistance,
    double GeneratedDistance,
    double NoiseDistance,
    double HeldOutNearest,
    double GeneratedNearest)
{
    public static WeatherReport Of(WeatherData data, int city, Tensor generated)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor past = data.Training[city], held = data.HeldOut[city], noise = randn(generated.shape, generator: generator);
        double Distance(Tensor months) => FrechetDistance.Compute(held.flatten(1), months.flatten(1));
        double Nearest(Tensor months) =>
            NearestNeighbours.Find(months.flatten(1), past.flatten(1)).Select(found => found.Distance).Order()
                .ElementAt((int)months.size(0) / 2);
        return new WeatherReport(
            WeatherData.Cities[city], WeatherMeasures.Of(data.ToUnits(past)), WeatherMeasures.Of(data.ToUnits(held)), WeatherMeasures.Of(
                data.ToUnits(generated)), Distance(past), Distance(generated), Distance(noise), Nearest(held), Nearest(generated));
    }

    public void Write(TextWriter console)
    {
        void Row(string name, Func<WeatherMeasures, double> value, string format) =>
            Line(name, Text(value(Past), format), Text(value(HeldOut), format), Text(value(Generated), format));

        void Line(string name, string past, string heldOut, string drawn) =>
            console.WriteLine($"  {name,-42}{past,10}{heldOut,10}{drawn,10}");

        console.WriteLine($"{City,-44}{"2012-14",10}{"2015",10}{"drawn",10}");
        Row("highest temperature, mean °C", measures => measures.Highest, "F1");
        Row("  its deviation, °C", measures => measures.Spread, "F1");
        Row("  its change from day to day, °C", measures => measures.Change, "F2");
        Row("  its correlation with the next day's", measures => measures.Memory, "F2");
        Row("  its correlation with the lowest", measures => measures.Together, "F2");
        Row("dry days", measures => measures.Dry, "P0");
        Row("wind, mean m/s", measures => measures.Wind, "F2");
        Row("days colder at their warmest", measures => measures.Impossible, "P2");
        string noise = Text(NoiseDistance, "F0");
        Line($"Fréchet distance to 2015 (noise: {noise})", Text(PastDistance, "F1"), "", Text(GeneratedDistance, "F1"));
        Line("distance to the nearest month of 2012-14", "", Text(HeldOutNearest, "F1"), Text(GeneratedNearest, "F1"));
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
