namespace Ddpm.Training;

/// <summary>A decay that grows from 0 by a power, see <see cref="AverageProfile.Warmup"/>.</summary>
internal sealed record WarmupAverage : AverageProfile
{
    internal WarmupAverage(double decay, double inverseGamma, double power)
    {
        Limit = Checked(decay);
        InverseGamma = Positive(inverseGamma, nameof(inverseGamma));
        Exponent = Positive(power, nameof(power));
    }

    /// <summary>Gets the decay that the ramp leads to.</summary>
    public double Limit { get; }

    /// <summary>Gets γ: the updates that it takes to leave the start.</summary>
    public double InverseGamma { get; }

    /// <summary>Gets p.</summary>
    public double Exponent { get; }

    /// <inheritdoc/>
    public override double Decay(long updates) => Math.Min(Limit, 1 - Math.Pow(1 + (updates / InverseGamma), -Exponent));

    /// <summary>Returns the profile as text.</summary>
    public override string ToString() => Text($"warmup {Limit}, γ {InverseGamma}, power {Exponent}");

    private static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be > 0, but is {value}.");
}
