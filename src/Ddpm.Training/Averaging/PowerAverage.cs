namespace Ddpm.Training;

/// <summary>Weights that grow with a power of the step, see <see cref="AverageProfile.Power"/>.</summary>
internal sealed record PowerAverage : AverageProfile
{
    // The narrowest has γ = 98; the widest, 0.2887, is that of equal weights, γ = 0.
    private const double Narrowest = 0.01, Widest = 0.28;

    internal PowerAverage(double relativeWidth)
    {
        if (relativeWidth is not (>= Narrowest and <= Widest))
        {
            throw new ArgumentOutOfRangeException(
                nameof(relativeWidth), relativeWidth, $"relativeWidth must be {Narrowest} … {Widest}, but is {relativeWidth}.");
        }

        RelativeWidth = relativeWidth;
        Exponent = ExponentOf(relativeWidth);
    }

    /// <summary>Gets σ_rel, the standard deviation of the averaged steps as a share of the run.</summary>
    public double RelativeWidth { get; }

    /// <summary>Gets γ: step τ of t has a weight in proportion to τ^γ.</summary>
    public double Exponent { get; }

    /// <inheritdoc/>
    // eq. 128 there: β(t) = (1 - 1/t)^(γ+1); 0 at the first update, so that the start counts nothing.
    public override double Decay(long updates) => Math.Pow(1 - 1.0 / (updates + 1), Exponent + 1);

    /// <summary>Returns the profile as text.</summary>
    public override string ToString() => Text($"power {RelativeWidth}");

    // σ_rel² = (γ+1) / ((γ+2)² (γ+3)) (eq. 126 there) falls steadily in γ: halving finds γ.
    private static double ExponentOf(double width)
    {
        double low = 0, high = 1000;
        while (true)
        {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) return middle;
            if (Math.Sqrt((middle + 1) / ((middle + 2) * (middle + 2) * (middle + 3))) > width) low = middle;
            else high = middle;
        }
    }
}
