using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>
/// Shows numbers as colours: inferno of Matplotlib, from black over red to pale yellow, whose lightness grows evenly, so that people with
/// colour vision deficiencies and prints in grey keep the order.
/// </summary>
public static class HeatMap
{
    private const int Shades = 256;

    /// <summary>Colours maps of numbers, for <see cref="LabelledGrid"/> or a PNG file.</summary>
    /// <param name="values">The numbers, floating-point [N, 1, H, W].</param>
    /// <param name="least">What is black; smaller numbers are too.</param>
    /// <param name="largest">What is palest; larger numbers are too. Range: above <paramref name="least"/>.</param>
    /// <returns>uint8 [N, 3, H, W] on the CPU; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The tensor has another shape or type or holds NaN, or <paramref name="largest"/> is not above <paramref name="least"/>.
    /// </exception>
    public static Tensor Colors(Tensor values, double least, double largest)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 4 || values.size(1) != 1 || values.numel() == 0 || !values.is_floating_point())
        {
            throw new ArgumentException(
                $"values must be floating-point [N, 1, H, W], but are {values.dtype} [{string.Join(", ", values.shape)}].", nameof(values));
        }

        if (!double.IsFinite(least) || !double.IsFinite(largest) || largest <= least)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"largest must be finite and above least, {least}, but is {largest}."), nameof(largest));
        }

        using var scope = NewDisposeScope();
        double[] numbers = values.detach().to(float64, CPU).contiguous().data<double>().ToArray();
        if (Array.Exists(numbers, double.IsNaN)) throw new ArgumentException("values must be numbers, but some are NaN.", nameof(values));
        // [N, 1, H, W] → [N, 3, H, W].
        byte[] table = Table(), colors = new byte[3 * numbers.Length];
        int pixels = checked((int)(values.size(2) * values.size(3)));
        for (int i = 0; i < numbers.Length; i++)
        {
            int shade = (int)Math.Round(Math.Clamp((numbers[i] - least) / (largest - least), 0, 1) * (Shades - 1));
            (int picture, int pixel) = Math.DivRem(i, pixels);
            for (int color = 0; color < 3; color++) colors[(3 * picture + color) * pixels + pixel] = table[3 * shade + color];
        }

        return tensor(colors, uint8).reshape(values.size(0), 3, values.size(2), values.size(3)).MoveToOuterDisposeScope();
    }

    private static byte[] Table()
    {
        var inferno = new ScottPlot.Colormaps.Inferno();
        return [.. Enumerable.Range(0, Shades).Select(shade => inferno.GetColor(shade / (Shades - 1.0)))
            .SelectMany(color => new[] { color.R, color.G, color.B })];
    }
}
