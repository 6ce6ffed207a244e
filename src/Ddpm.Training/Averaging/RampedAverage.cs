namespace Ddpm.Training;

/// <summary>A decay that grows from 0.1 to a limit, see <see cref="AverageProfile.Ramped"/>.</summary>
internal sealed record RampedAverage : AverageProfile
{
    internal RampedAverage(double decay) => Limit = Checked(decay);

    /// <summary>Gets the decay that the ramp leads to.</summary>
    public double Limit { get; }

    /// <inheritdoc/>
    public override double Decay(long updates) => Math.Min(Limit, (1.0 + updates) / (10.0 + updates));

    /// <summary>Returns the profile as text.</summary>
    public override string ToString() => Text($"ramped {Limit}");
}
