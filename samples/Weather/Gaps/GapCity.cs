using Ddpm.Data;

namespace Weather.Gaps;

/// <summary>A city's years: those that are trained on, and the one in which days are hidden.</summary>
/// <param name="Past">2012 … 2014.</param>
/// <param name="HeldOut">2015.</param>
internal sealed record GapCity(TimeSeries Past, TimeSeries HeldOut)
{
    /// <summary>Reads a city: °C, and the logarithms of wind and rain.</summary>
    public static GapCity Of(string city) =>
        new(Series(city, year => year < WeatherData.HeldOutYear), Series(city, year => year == WeatherData.HeldOutYear));

    private static TimeSeries Series(string city, Func<int, bool> years)
    {
        IReadOnlyList<(DateTime Date, float[] Values)> days = WeatherData.DaysOf(city, years);
        return new TimeSeries(
            WeatherData.Variables,
            [.. WeatherData.Variables.Select((_, variable) => days.Select(day => (double)day.Values[variable]).ToArray())],
            [.. days.Select(day => day.Date.ToOADate())],
            TimeAxisKind.Date);
    }
}
