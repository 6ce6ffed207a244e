using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Holds the variational bound over a set of examples (Ho et al. 2020, arXiv:2006.11239, Tables 1 and 4), in bits/dim.</summary>
public sealed record BoundReport
{
    /// <summary>Gets the number of examples.</summary>
    public required long Examples { get; init; }

    /// <summary>Gets the draws of noise for each example and timestep.</summary>
    public required int Draws { get; init; }

    /// <summary>Gets the bound on the negative log-likelihood, L_T + … + L_0.</summary>
    public required Estimate Total { get; init; }

    /// <summary>Gets L_T, which no training changes.</summary>
    public required Estimate Prior { get; init; }

    /// <summary>Gets the terms by ascending timestep: entry 0 is L_0, entry t the paper's L_t.</summary>
    public required ImmutableArray<Estimate> Terms { get; init; }

    /// <summary>Gets L_0, the decoder's term: the paper's "distortion" in bits/dim.</summary>
    public Estimate Distortion => Terms[0];

    /// <summary>Gets the sum of all terms but L_0: the paper's "rate" in bits/dim.</summary>
    public Estimate Rate => RateDistortion[^1].Rate;

    /// <summary>Gets the mean squared error of x̂_0 by timestep.</summary>
    public required ImmutableArray<Estimate> X0MeanSquaredErrors { get; init; }

    /// <summary>Gets the mean squared error of the noise by timestep.</summary>
    public required ImmutableArray<Estimate> NoiseMeanSquaredErrors { get; init; }

    /// <summary>Gets the points of progressive coding by ascending reverse time: from nothing received to all but the last bits.</summary>
    public required ImmutableArray<RateDistortionPoint> RateDistortion { get; init; }
}
