namespace Ddpm.Plotting;

/// <summary>Checks the size of a picture.</summary>
internal static class PlotSize
{
    private const int Largest = 16_384;

    public static void Check(int width, int height, int least = 100)
    {
        Check(width, nameof(width), least);
        Check(height, nameof(height), least);
    }

    private static void Check(int value, string name, int least)
    {
        if (value < least || value > Largest)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} … {Largest} pixels, but is {value}.");
        }
    }
}
