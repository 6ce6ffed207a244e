namespace Ddpm.Evaluation;

/// <summary>The weights of pixels in a resized line, as Pillow computes them (src/libImaging/Resample.c).</summary>
internal static class PillowWeights
{
    // Pillow sums bytes in whole numbers, with weights of so many bits behind the point.
    private const double Fixed = 1 << 22;

    /// <summary>Returns the weights.</summary>
    /// <param name="length">The pixels of a line.</param>
    /// <param name="size">The pixels of the resized line.</param>
    /// <param name="isCubic">Whether the filter is the cubic of a = -1/2; otherwise linear.</param>
    /// <param name="isFixed">Whether weights are rounded as those for bytes.</param>
    /// <returns>[size, length]. Rows sum to 1, but for that rounding.</returns>
    public static double[,] Of(int length, int size, bool isCubic, bool isFixed)
    {
        var weights = new double[size, length];
        double scale = (double)length / size, stretch = Math.Max(scale, 1), support = (isCubic ? 2 : 1) * stretch;
        for (int row = 0; row < size; row++)
        {
            double center = (row + 0.5) * scale, sum = 0;
            int first = Math.Max(0, (int)(center - support + 0.5)), end = Math.Min(length, (int)(center + support + 0.5));
            for (int pixel = first; pixel < end; pixel++)
            {
                double x = Math.Abs((pixel - center + 0.5) / stretch);
                sum += weights[row, pixel] = isCubic ? Cubic(x) : Math.Max(0, 1 - x);
            }

            for (int pixel = first; pixel < end; pixel++)
            {
                double weight = weights[row, pixel] / sum;
                weights[row, pixel] = isFixed ? Math.Round(weight * Fixed, MidpointRounding.AwayFromZero) / Fixed : weight;
            }
        }

        return weights;
    }

    private static double Cubic(double x) =>
        x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}
