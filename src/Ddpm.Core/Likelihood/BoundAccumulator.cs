using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Collects the sums behind a <see cref="BoundReport"/> batch by batch, in memory for T numbers. Sums that are merged with those of other
/// processes, or saved (<see cref="BoundFile"/>) and resumed, give the result of one evaluation to rounding. It is not thread-safe and
/// holds no tensor.
/// </summary>
public sealed class BoundAccumulator
{
    private readonly RunningMoments prior;
    private readonly RunningMoments total;
    private readonly RunningMoments terms;
    private readonly RunningMoments x0Errors;
    private readonly RunningMoments noiseErrors;
    private readonly RunningMoments rates;

    /// <summary>Creates sums of no examples.</summary>
    /// <param name="timesteps">T of the process. Range: ≥ 1.</param>
    /// <param name="draws">How often noise is drawn for each example and timestep. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public BoundAccumulator(int timesteps, int draws = 1)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        Draws = Require.AtLeast(draws, 1);
        prior = new RunningMoments(1, draws);
        total = new RunningMoments(1, draws);
        terms = new RunningMoments(timesteps, draws);
        x0Errors = new RunningMoments(timesteps, draws);
        noiseErrors = new RunningMoments(timesteps, draws);
        rates = new RunningMoments(timesteps, draws);
    }

    /// <summary>Gets T, the number of timesteps of the process.</summary>
    public int Timesteps { get; }

    /// <summary>Gets how often noise is drawn for each example and timestep.</summary>
    public int Draws { get; }

    /// <summary>Gets the number of examples so far.</summary>
    public long Examples => total.Examples;

    /// <summary>All sums by name, for a file.</summary>
    internal IEnumerable<(string Name, RunningMoments Moments)> Sums =>
        [("prior", prior), ("total", total), ("terms", terms), ("x0_errors", x0Errors), ("noise_errors", noiseErrors), ("rates", rates)];

    /// <summary>Adds the terms of a batch.</summary>
    /// <param name="draws">
    /// The terms of the same examples, <see cref="Draws"/> times, each with separate noise; the caller keeps them.
    /// </param>
    /// <exception cref="ArgumentException">The number of draws, timesteps or examples differs; nothing has changed.</exception>
    public void Add(IReadOnlyList<BoundTerms> draws)
    {
        ArgumentNullException.ThrowIfNull(draws);
        if (draws.Count != Draws) throw new ArgumentException($"draws must be {Draws}, but are {draws.Count}.", nameof(draws));
        if (draws.FirstOrDefault(draw => draw.Terms.size(1) != Timesteps || draw.Terms.size(0) != draws[0].Terms.size(0)) is { } other)
        {
            throw new ArgumentException($"draws must have terms [{draws[0].Terms.size(0)}, {Timesteps}], but one has " +
                $"[{string.Join(", ", other.Terms.shape)}].", nameof(draws));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor each = stack(draws.Select(draw => draw.Terms)), priors = stack(draws.Select(draw => draw.Prior.unsqueeze(1)));
        terms.Add(each);
        prior.Add(priors);
        total.Add(stack(draws.Select(draw => draw.Total.unsqueeze(1))));
        x0Errors.Add(stack(draws.Select(draw => draw.X0MeanSquaredErrors)));
        noiseErrors.Add(stack(draws.Select(draw => draw.NoiseMeanSquaredErrors)));
        // Before x_t is used, L_T and the terms of all later timesteps have been received: a sum from the last timestep down, without the
        // term of t.
        Tensor received = each.flip(2).cumsum(2);
        rates.Add(cat([priors, priors.Plus(received.narrow(2, 0, Timesteps - 1))], 2));
    }

    /// <summary>Adds the examples of another accumulator, which does not change.</summary>
    /// <param name="other">The other accumulator.</param>
    /// <exception cref="ArgumentException">The other has another number of timesteps or draws; nothing has changed.</exception>
    public void Merge(BoundAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Timesteps != Timesteps || other.Draws != Draws)
        {
            throw new ArgumentException($"other must be of {Timesteps} timesteps and {Draws} draws, but is of {other.Timesteps} and " +
                $"{other.Draws}.", nameof(other));
        }

        foreach (var ((_, mine), (_, theirs)) in Sums.Zip(other.Sums).ToArray()) mine.Merge(theirs);
    }

    /// <summary>
    /// Adds the examples of all ranks. Call it once, after each rank has added its share. It is collective, and all ranks get the same
    /// numbers.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <exception cref="DistributedException">The ranks have bounds of different numbers of timesteps or draws.</exception>
    public void Merge(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        RunningMoments.Merge(communicator, [Timesteps, Draws], "timesteps and draws", [.. Sums.Select(sum => sum.Moments)]);
    }

    /// <summary>Computes the bound over all examples so far.</summary>
    /// <returns>Means with their standard errors.</returns>
    /// <exception cref="InvalidOperationException">There is no example yet.</exception>
    public BoundReport Report()
    {
        if (Examples == 0) throw new InvalidOperationException("A bound needs at least 1 example, but has 0.");
        ImmutableArray<Estimate> rate = rates.Estimates(), x0Error = x0Errors.Estimates();
        return new BoundReport
        {
            Examples = Examples,
            Draws = Draws,
            Total = total.Estimates()[0],
            Prior = prior.Estimates()[0],
            Terms = terms.Estimates(),
            X0MeanSquaredErrors = x0Error,
            NoiseMeanSquaredErrors = noiseErrors.Estimates(),
            RateDistortion = [.. Enumerable.Range(0, Timesteps)
                .Select(k => new RateDistortionPoint(k + 1, Timesteps - 1 - k, rate[k], PixelRmse(x0Error[Timesteps - 1 - k])))],
        };
    }

    // The root of the mean, its errors to first order, in pixels 0 … 255.
    private static Estimate PixelRmse(Estimate meanSquare)
    {
        double root = Math.Sqrt(meanSquare.Mean), slope = PixelRange.LevelsPerUnit / (2 * root);
        return new Estimate(PixelRange.LevelsPerUnit * root, slope * meanSquare.StandardError, slope * meanSquare.NoiseStandardError);
    }
}
