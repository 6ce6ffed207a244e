using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// The scalars of one step: x_{t-1} = <see cref="Xt"/> x_t + <see cref="X0"/> x̄_0 + <see cref="Epsilon"/> ε̄ + <see cref="Noise"/> z with
/// z ~ N(0, I). A multistep method puts the mean of what it remembers, weighted by <see cref="Weights"/>, in the place of x̂_0 or ε;
/// elsewhere x̄_0 = x̂_0 and ε̄ = ε.
/// </summary>
/// <remarks>A term whose coefficient is 0 is left out rather than multiplied: no noise is drawn where <see cref="Noise"/> is 0.</remarks>
/// <param name="Xt">The factor of x_t.</param>
/// <param name="X0">The factor of x̄_0.</param>
/// <param name="Epsilon">The factor of ε̄.</param>
/// <param name="Noise">The factor of fresh noise z. Range: ≥ 0.</param>
/// <param name="Weights">The weights of the remembered values, the newest, which is this step's, first. As many as the step uses.</param>
internal readonly record struct StepCoefficients(double Xt, double X0, double Epsilon, double Noise, ImmutableArray<double> Weights)
{
    /// <summary>The weights of a step that uses its own values only.</summary>
    internal static ImmutableArray<double> Newest { get; } = [1];
}
