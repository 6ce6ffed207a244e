namespace Ddpm.Core;

/// <summary>
/// Holds a point of progressive coding (Ho et al. 2020, arXiv:2006.11239, sec. 4.3, Table 4 and Fig. 5): the bits that the receiver of x_t
/// has received, and the error of x̂_0.
/// </summary>
/// <param name="ReverseTime">The paper's T - t + 1: 1 … T.</param>
/// <param name="Timestep">The timestep of the process at which x̂_0 is estimated: T - ReverseTime.</param>
/// <param name="Rate">The bits/dim received so far: L_T and the terms of all later timesteps.</param>
/// <param name="Rmse">
/// The root of the mean squared error of x̂_0 over examples and dimensions, on the scale 0–255 for data in [-1, 1].
/// </param>
public readonly record struct RateDistortionPoint(int ReverseTime, int Timestep, Estimate Rate, Estimate Rmse);
