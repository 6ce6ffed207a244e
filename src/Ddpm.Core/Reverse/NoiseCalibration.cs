using System.Collections.Immutable;
using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds the mean square of a network's ε, e_t = E‖ε_θ(x_t, t)‖²/D. It gives the uncertainty of x̂_0, (1-ᾱ_t)/ᾱ_t (1 - e_t), and so the
/// best variance of every step of any respacing without training: Analytic-DPM (Bao et al. 2022, arXiv:2201.06503, theorem 1). Measure it
/// once for a network and keep it with the weights.
/// </summary>
public sealed class NoiseCalibration
{
    /// <summary>Creates a calibration from known measurements.</summary>
    /// <param name="meanSquares">e_t over the timesteps of the schedule that the network was trained with. Range: ≥ 0.</param>
    /// <exception cref="ArgumentException">There are none, or one is negative or not finite.</exception>
    public NoiseCalibration(IEnumerable<double> meanSquares) =>
        Variances = new AnalyticVariances(meanSquares);

    /// <summary>Gets e_t at the timesteps of the schedule that the network was trained with.</summary>
    public ImmutableArray<double> MeanSquares => Variances.MeanSquares;

    /// <summary>What follows for the steps of a process.</summary>
    internal AnalyticVariances Variances { get; }

    /// <summary>
    /// Measures a network: 10 to 16 examples are enough (arXiv:2201.06503, sec. 6), with separate noise for each example and timestep.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that the network was trained with; not respaced.</param>
    /// <param name="data">Clean examples, [N, …], on the network's device.</param>
    /// <param name="noise">Where the noise comes from; timestep t asks for step t.</param>
    /// <param name="cancellationToken">Stops within one call of the network.</param>
    /// <returns>The measurements.</returns>
    /// <exception cref="ArgumentException">The process is respaced, or the data has no batch axis.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public static NoiseCalibration Measure(IEpsilonModel model, ReverseDiffusion process, Tensor data, INoiseSource noise,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(noise);
        Require.Batch(data);
        if (process.Coefficients.Schedule is RespacedSchedule)
        {
            throw new ArgumentException("process must be the one that the network was trained with, but is respaced: its calibration " +
                "serves every respacing.", nameof(process));
        }

        model.RequireEvaluationMode("the measurement");

        using var noGradient = no_grad();
        using CompiledModel compiled = CompiledModel.Of(model);
        var squares = new double[process.Coefficients.Timesteps];
        for (int t = 0; t < squares.Length; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor xt = process.Forward.Sample(data, t, noise.Draw(NoiseRequest.For(data, 0, t)));
            Tensor x0 = process.PredictX0(process.Predict(compiled.Model, xt, t), xt, t);
            squares[t] = process.Forward.Noise(x0, xt, t).Square().mean().to(float64).item<double>();
        }

        return new NoiseCalibration(squares);
    }

    /// <summary>Reads measurements from a file.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <returns>The measurements.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static NoiseCalibration Load(string path)
    {
        return new NoiseCalibration(ConfigurationReader.OpenNumbers(path, 0, FileLimits.MostTimesteps));
    }

    /// <summary>Writes the measurements as a JSON list, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartArray();
        foreach (double square in MeanSquares) writer.WriteNumberValue(square);
        writer.WriteEndArray();
    });

    /// <summary>
    /// Finds the timesteps of the shorter process with the best bound: the cheapest path of <paramref name="count"/> nodes from 0 to T-1
    /// under the cost ln(σ*²/β̃) of a step, by dynamic programming (arXiv:2201.06503, sec. 5). For pictures even spacings are better.
    /// </summary>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="count">The number of timesteps. Range: 2 … T.</param>
    /// <returns>The timesteps, for <see cref="RespacedSchedule"/>.</returns>
    /// <exception cref="ArgumentException">The schedule and the measurements have different numbers of timesteps.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    public ImmutableArray<int> OptimalTrajectory(IVarianceSchedule schedule, int count)
    {
        DiffusionCoefficients c = new(schedule);
        int timesteps = c.Timesteps;
        RequireLength(timesteps);
        if (count < 2 || count > timesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"count must be 2 … {timesteps}, but is {count}.");
        }

        double Cost(int from, int to) => StepCost(c.AlphaBars[from], c.AlphaBars[to], MeanSquares[to]);
        return CheapestPath.Of(timesteps, count - 1, Cost);
    }

    /// <summary>ln(σ*²/β̃) of a step from the noise of r to that of s.</summary>
    internal static double StepCost(double alphaBarS, double alphaBarR, double meanSquare)
    {
        double beta = 1 - alphaBarR / alphaBarS, posterior = beta * (1 - alphaBarS) / (1 - alphaBarR);
        return Math.Log(AnalyticVariances.StepVariance(alphaBarS, alphaBarR, meanSquare) / posterior);
    }

    private void RequireLength(int timesteps)
    {
        if (MeanSquares.Length != timesteps)
        {
            throw new ArgumentException($"schedule must have the {MeanSquares.Length} timesteps that were measured, but has {timesteps}.");
        }
    }
}
