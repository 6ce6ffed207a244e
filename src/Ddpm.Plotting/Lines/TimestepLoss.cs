namespace Ddpm.Plotting;

/// <summary>Holds the mean loss of an interval of timesteps.</summary>
/// <param name="First">The first t of the interval. Range: ≥ 0.</param>
/// <param name="Last">The last t of the interval. Range: ≥ <paramref name="First"/>.</param>
/// <param name="Loss">The mean loss of the interval.</param>
public readonly record struct TimestepLoss(int First, int Last, double Loss);
