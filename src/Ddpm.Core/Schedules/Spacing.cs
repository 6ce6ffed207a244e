namespace Ddpm.Core;

/// <summary>Evenly spaced numbers, computed as numpy.linspace does, so that tables agree to the last bit with published code.</summary>
internal static class Spacing
{
    /// <summary>Number <paramref name="i"/> of <paramref name="count"/> numbers from <paramref name="start"/> to <paramref name="end"/>, both included.</summary>
    public static double Linear(double start, double end, int count, int i)
    {
        if (i == 0) return start;
        if (i == count - 1) return end;
        double step = (end - start) / (count - 1);
        return i * step + start;
    }
}
