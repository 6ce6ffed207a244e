using System.Diagnostics;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Runs DDIM backwards, from examples to the noise from which deterministic DDIM makes them (Song, Meng, Ermon 2020, arXiv:2010.02502, sec.
/// 4.3). x_t at the noise of t - 1 goes to that of t by the network's estimate at t - 1; sampling from the result returns to the example to
/// the order of the steps. It holds no tensor.
/// </summary>
public sealed class DdimInversion
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;

    /// <summary>Creates the inversion of DDIM for a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    public DdimInversion(IEpsilonModel model, ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.process = process;
    }

    /// <summary>Finds the noise of examples.</summary>
    /// <param name="x0">The examples x_0, [B, …].</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>
    /// x_T, from which DDIM with η = 0 and no clipping leads back, in the shape of <paramref name="x0"/>; a fresh tensor.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="x0"/> has no batch axis or does not hold floating-point numbers.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The noise became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Invert(
        Tensor x0,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        model.RequireExamples(x0, nameof(x0));
        model.RequireLabels(labels, x0, nameof(labels));
        model.RequireEvaluationMode("the inversion");

        using var noGradient = no_grad();
        using Tensor? classes = labels is null ? null : HostNumbers.On(x0.device, labels);
        long started = Stopwatch.GetTimestamp();
        int timesteps = process.Coefficients.Timesteps, samples = checked((int)x0.size(0));
        using CompiledModel compiled = CompiledModel.Of(model);
        var steps = new DdimSteps(process.Coefficients);
        Tensor x = x0.clone().DetachFromDisposeScope();
        try
        {
            for (int t = 0; t < timesteps; t++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                // The estimate of the timestep whose noise x has; at the first, where it has none, of the first.
                int known = Math.Max(t - 1, 0);
                Tensor output = process.Predict(compiled.Model, x, known, new BatchConditions(classes));
                Tensor estimate = process.PredictX0(output, x, known), eps = process.Forward.Noise(estimate, x, known);
                // Without noise the example itself is the estimate.
                Tensor clean = t == 0 ? x : estimate;
                Tensor next = steps.Inverse(t).Combine(x, clean, eps);
                NonFiniteException.ThrowIfNonFinite(next, "x_{t+1}", t);
                x.Dispose();
                x = next.DetachFromDisposeScope();
                int finished = t == timesteps - 1 ? samples : 0;
                progress?.Report(new SamplingProgress(t + 1, timesteps, finished, samples, Stopwatch.GetElapsedTime(started)));
            }
        }
        catch
        {
            x.Dispose();
            throw;
        }

        return x;
    }
}
