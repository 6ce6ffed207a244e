using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds how far Euler steps stray from a trajectory of many steps, and finds the timesteps for which few steps stray least: GITS (Chen et
/// al. 2024, arXiv:2405.11326). Trajectories of one network have almost the same shape whatever they lead to, so that those of a hundred
/// samples serve all. The timesteps fit every deterministic sampler.
/// </summary>
public sealed class TrajectoryErrors
{
    private readonly ImmutableArray<int> timesteps;
    private readonly double[,] errors;

    internal TrajectoryErrors(ImmutableArray<int> timesteps, double[,] errors) => (this.timesteps, this.errors) = (timesteps, errors);

    /// <summary>
    /// Draws samples by a sampler of many steps and measures each Euler step between two of its points, x̄' = x̂_0 + σ'/σ (x̄ - x̂_0) in
    /// x̄ = x/√ᾱ and σ = √((1-ᾱ)/ᾱ). Its error is the paper's: the distance of where it leads from the straight line between noise and
    /// sample, less that of where the sampler came; the mean over the samples.
    /// </summary>
    /// <param name="teacher">
    /// A deterministic sampler, such as <see cref="PndmSampler"/>, of a process respaced to some 60 timesteps. The process must leave some
    /// signal at its last timestep.
    /// </param>
    /// <param name="request">The samples, all in one batch, whose points are kept until the end: 64 to 256 are enough.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>The errors.</returns>
    /// <exception cref="ArgumentException">
    /// The request is out of range or begins between the timesteps, or the process ends without signal.
    /// </exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public static TrajectoryErrors Measure(
        DiffusionSampler teacher, SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(request);
        DiffusionCoefficients c = PndmSteps.RequireSignal(teacher.Process.Coefficients, nameof(teacher));
        if (request.Start is not null) throw new ArgumentException("Start must be null: trajectories begin with noise.", nameof(request));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int points = c.Timesteps + 1;
        Tensor[] scaled = new Tensor[points], estimates = new Tensor[c.Timesteps];
        foreach (SamplingState state in teacher.Steps(request, cancellationToken))
        {
            scaled[state.Step] = state.X.Over(Math.Sqrt(AlphaBar(c, state.Step)));
            if (state.Step > 0) estimates[state.Step - 1] = state.X0!.clone();
        }

        Tensor end = scaled[^1].flatten(1), chord = scaled[0].flatten(1) - end, line = chord / chord.norm(1, keepdim: true);
        Tensor Deviation(Tensor at)
        {
            Tensor way = at.flatten(1) - end;
            return (way - (way * line).sum(1, keepdim: true) * line).norm(1);
        }

        Tensor[] deviations = [.. scaled.Select(Deviation)];
        var errors = new double[points, points];
        for (int from = 0; from < c.Timesteps; from++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            Tensor direction = scaled[from] - estimates[from];
            for (int to = from + 1; to < points; to++)
            {
                double shrink = Sigma(c, to) / Sigma(c, from);
                Tensor strayed = Deviation(estimates[from].Plus(direction.Times(shrink)));
                errors[from, to] = strayed.sub(deviations[to]).mean().to(float64).item<double>();
            }
        }

        ImmutableArray<int> visited = c.Schedule is RespacedSchedule respaced
            ? respaced.Retained
            : [.. Enumerable.Range(0, c.Timesteps)];
        return new TrajectoryErrors(visited, errors);
    }

    /// <summary>
    /// Finds the timesteps whose Euler steps, from noise to the samples, have the least sum of errors, in which each step weighs
    /// <paramref name="growth"/> times as much as the one before: later errors are corrected less.
    /// </summary>
    /// <param name="steps">The number of steps. Range: 1 … the teacher's.</param>
    /// <param name="growth">The paper's coefficient. Range: &gt; 0.</param>
    /// <returns>
    /// The timesteps, ascending, of the schedule that the teacher's was respaced from: for
    /// <see cref="ReverseDiffusion.Respace(IEnumerable{int})"/> and <c>InferenceSamplerOptions.Timesteps</c>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public ImmutableArray<int> BestTimesteps(int steps, double growth = 1.15)
    {
        int most = timesteps.Length;
        if (steps < 1 || steps > most)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"steps must be 1 … {most}, those of the teacher, but is {steps}.");
        }

        Require.Positive(growth);
        ImmutableArray<int> path = CheapestPath.Of(most + 1, steps, (from, to) => errors[from, to], growth);
        // The last point is the samples, without noise; the first has the most.
        return [.. path.Take(steps).Reverse().Select(point => timesteps[most - 1 - point])];
    }

    /// <summary>The error of the Euler step between two points of the trajectory: 0 is noise, the last the samples.</summary>
    internal double At(int from, int to) => errors[from, to];

    private static double AlphaBar(DiffusionCoefficients c, int point) => point == c.Timesteps ? 1 : c.AlphaBars[c.Timesteps - 1 - point];

    private static double Sigma(DiffusionCoefficients c, int point) => PndmSteps.Sigma(AlphaBar(c, point));
}
