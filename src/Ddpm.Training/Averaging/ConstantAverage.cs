namespace Ddpm.Training;

/// <summary>A constant decay, see <see cref="AverageProfile.Constant"/>.</summary>
internal sealed record ConstantAverage : AverageProfile
{
    internal ConstantAverage(double decay) => Limit = Checked(decay);

    /// <summary>Gets the decay.</summary>
    public double Limit { get; }

    /// <inheritdoc/>
    public override double Decay(long updates) => Limit;

    /// <summary>Returns the profile as text.</summary>
    public override string ToString() => Text($"constant {Limit}");
}
