using Ddpm.Core;

namespace Ddpm.PublicApi.Tests;

/// <summary>A schedule that a user writes: β_t rises as 1 - cos.</summary>
internal sealed class SquaredCosineSchedule(int timesteps) : IVarianceSchedule
{
    public int Timesteps => timesteps;

    public double Beta(int t) => 1e-4 + 0.25 * (1 - Math.Cos(Math.PI / 2 * (t + 1) / timesteps));
}
