namespace Ddpm.Core;

/// <summary>Holds the likelihood of a set of examples by the probability flow, in bits/dim.</summary>
public sealed record LikelihoodReport
{
    /// <summary>Gets the number of examples.</summary>
    public required long Examples { get; init; }

    /// <summary>Gets at how many points the density of each example was taken.</summary>
    public required int Draws { get; init; }

    /// <summary>Gets how many estimates each point has.</summary>
    public required int Probes { get; init; }

    /// <summary>
    /// Gets the mean of -log₂ p. Its <see cref="Estimate.StandardError"/> holds all chance: that of the examples, the draws and the probes;
    /// its <see cref="Estimate.NoiseStandardError"/> that of the draws and their probes, with 2 draws or more.
    /// </summary>
    public required Estimate Total { get; init; }

    /// <summary>Gets the part of the standard error that comes from the probes alone; NaN for a single probe.</summary>
    public required double ProbeStandardError { get; init; }
}
