using System.Globalization;
using ScottPlot.TickGenerators;

namespace Ddpm.Plotting;

/// <summary>Chooses the numbers that an axis names; those of a logarithmic axis stand at their logarithms.</summary>
internal static class AxisTicks
{
    private const int MostDecades = 8;

    /// <summary>Makes ticks at given numbers.</summary>
    public static NumericManual At(IEnumerable<double> numbers, AxisScale scale)
    {
        var ticks = new NumericManual();
        foreach (double number in numbers) ticks.AddMajor(Place(number, scale), Text(number));
        return ticks;
    }

    /// <summary>Makes ticks at 1, 2 and 5 times powers of ten, or at powers alone where there are many, with minor ones between.</summary>
    public static NumericManual Logarithmic(double least, double most)
    {
        int low = (int)Math.Floor(Math.Log10(least)), high = (int)Math.Ceiling(Math.Log10(most));
        double decades = Math.Log10(most / least);
        int every = Math.Max(1, (int)Math.Ceiling(decades / MostDecades));
        var ticks = new NumericManual();
        for (int power = low; power <= high; power++)
        {
            for (int digit = 1; digit < 10; digit++)
            {
                double place = power + Math.Log10(digit);
                bool named = digit == 1 ? power % every == 0 : digit is 2 or 5 && decades < 2.5;
                if (named) ticks.AddMajor(place, Text(digit * Math.Pow(10, power)));
                else ticks.AddMinor(place);
            }
        }

        return ticks;
    }

    /// <summary>Returns where a number stands on an axis.</summary>
    public static double Place(double number, AxisScale scale) => scale == AxisScale.Logarithmic ? Math.Log10(number) : number;

    private static string Text(double number) => Math.Abs(number) is >= 1e7 or (> 0 and < 1e-5)
        ? number.ToString("0.#e0", CultureInfo.InvariantCulture)
        : number.ToString("#,0.#######", CultureInfo.InvariantCulture);
}
