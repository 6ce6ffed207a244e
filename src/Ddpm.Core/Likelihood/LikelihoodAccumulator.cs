using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Collects the sums behind a <see cref="LikelihoodReport"/> batch by batch. Sums that are merged with those of other processes, or saved
/// (<see cref="LikelihoodFile"/>) and resumed, give the result of one evaluation to rounding. It is not thread-safe and holds no tensor.
/// </summary>
public sealed class LikelihoodAccumulator
{
    private readonly RunningMoments overDraws;
    private readonly RunningMoments overProbes;

    /// <summary>Creates sums of no examples.</summary>
    /// <param name="draws">At how many points the density of each example is taken. Range: ≥ 1.</param>
    /// <param name="probes">How many estimates each point has; 1 for an exact divergence. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LikelihoodAccumulator(int draws = 1, int probes = 1)
    {
        Draws = Require.AtLeast(draws, 1);
        Probes = Require.AtLeast(probes, 1);
        overDraws = new RunningMoments(1, draws);
        overProbes = new RunningMoments(1, probes);
    }

    /// <summary>Gets at how many points the density of each example is taken.</summary>
    public int Draws { get; }

    /// <summary>Gets how many estimates each point has.</summary>
    public int Probes { get; }

    /// <summary>Gets the number of examples so far.</summary>
    public long Examples => overDraws.Examples;

    /// <summary>All sums by name, for a file.</summary>
    internal IEnumerable<(string Name, RunningMoments Moments)> Sums => [("draws", overDraws), ("probes", overProbes)];

    /// <summary>Adds the bits/dim of a batch.</summary>
    /// <param name="bitsPerDim">[draws, probes, B], float64 on the CPU; the caller keeps them.</param>
    /// <exception cref="ArgumentException">The shape or the type differs; nothing has changed.</exception>
    public void Add(Tensor bitsPerDim)
    {
        ArgumentNullException.ThrowIfNull(bitsPerDim);
        if (bitsPerDim.dim() != 3 || bitsPerDim.size(0) != Draws || bitsPerDim.size(1) != Probes || bitsPerDim.dtype != float64)
        {
            throw new ArgumentException(
                $"bitsPerDim must be float64 [{Draws}, {Probes}, B], but is {bitsPerDim.dtype} [{string.Join(", ", bitsPerDim.shape)}].",
                nameof(bitsPerDim));
        }

        using var scope = NewDisposeScope();
        overDraws.Add(bitsPerDim.mean([1]).unsqueeze(2));
        overProbes.Add(bitsPerDim.mean([0]).unsqueeze(2));
    }

    /// <summary>Adds the examples of another accumulator, which does not change.</summary>
    /// <param name="other">The other accumulator.</param>
    /// <exception cref="ArgumentException">The other has another number of draws or probes; nothing has changed.</exception>
    public void Merge(LikelihoodAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        other.RequireKind(Draws, Probes, nameof(other));
        overDraws.Merge(other.overDraws);
        overProbes.Merge(other.overProbes);
    }

    /// <summary>
    /// Adds the examples of all ranks. Call it once, after each rank has added its share. It is collective, and all ranks get the same
    /// numbers.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <exception cref="DistributedException">The ranks have other numbers of draws or probes.</exception>
    public void Merge(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        RunningMoments.Merge(communicator, [Draws, Probes], "draws and probes", [overDraws, overProbes]);
    }

    /// <summary>Computes the likelihood over all examples so far.</summary>
    /// <returns>The mean with its standard errors.</returns>
    /// <exception cref="InvalidOperationException">There is no example yet.</exception>
    public LikelihoodReport Report()
    {
        if (Examples == 0) throw new InvalidOperationException("A likelihood needs at least 1 example, but has 0.");
        Estimate total = overDraws.Estimates()[0];
        return new LikelihoodReport
        {
            Examples = Examples,
            Draws = Draws,
            Probes = Probes,
            Total = total,
            ProbeStandardError = overProbes.Estimates()[0].NoiseStandardError,
        };
    }

    /// <summary>Checks that these are sums of so many draws and probes.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal void RequireKind(int draws, int probes, string name)
    {
        if (Draws == draws && Probes == probes) return;
        throw new ArgumentException($"{name} must be of {draws} draws and {probes} probes, but is of {Draws} and {Probes}.", name);
    }
}
