namespace Ddpm.Core;

/// <summary>What several schedules are made of.</summary>
internal static class Spacing
{
    /// <summary>
    /// Computes numbers as numpy.linspace does, so that tables agree to the last bit with published code: number <paramref name="i"/> of
    /// <paramref name="count"/> numbers from <paramref name="start"/> to <paramref name="end"/>, both included.
    /// </summary>
    public static double Linear(double start, double end, int count, int i)
    {
        if (i == 0) return start;
        if (i == count - 1) return end;
        double step = (end - start) / (count - 1);
        return i * step + start;
    }

    /// <summary>Returns β_t of a schedule that is given by ᾱ over the time 0 … 1, capped.</summary>
    public static double BetaOf(Func<double, double> alphaBar, int timesteps, int t, double maximum) =>
        Math.Min(1 - alphaBar((t + 1.0) / timesteps) / alphaBar((double)t / timesteps), maximum);
}
