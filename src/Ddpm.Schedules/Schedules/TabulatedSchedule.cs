using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>Takes β_t from a list, such as "trained_betas" of a published model.</summary>
public sealed class TabulatedSchedule : IVarianceSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="betas">β_0 … β_{T-1}. Range: 0 &lt; β &lt; 1; the last may be exactly 1.</param>
    /// <exception cref="ArgumentException">The list is empty, or a β is NaN or out of range.</exception>
    public TabulatedSchedule(IEnumerable<double> betas)
    {
        ArgumentNullException.ThrowIfNull(betas);
        Betas = [.. betas];
        if (Betas.IsEmpty) throw new ArgumentException("betas must have at least 1 entry, but is empty.", nameof(betas));
        for (int t = 0; t < Betas.Length; t++)
        {
            bool valid = Betas[t] is > 0 and < 1 || (Betas[t] == 1 && t == Betas.Length - 1);
            if (!valid)
            {
                throw new ArgumentException($"betas must be greater than 0 and less than 1 (the last may be 1), but betas[{t}] of " +
                    $"{Betas.Length} is {Betas[t]}.", nameof(betas));
            }
        }
    }

    /// <inheritdoc/>
    public int Timesteps => Betas.Length;

    /// <summary>Gets the list of β_t.</summary>
    public ImmutableArray<double> Betas { get; }

    /// <inheritdoc/>
    public double Beta(int t) => Betas[Require.Timestep(t, Timesteps)];
}
