using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// RePaint (Lugmayr et al. 2022, arXiv:2201.09865): fills in the unknown part of examples with any unconditional network. In every step the known part is drawn from
/// q(x_{t-1} | x_0) and the rest from p_θ; going back and forth makes both agree. The known part comes out exactly. Holds no tensor.
/// </summary>
public sealed class InpaintingSampler
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;
    private readonly InpaintingOptions options;

    /// <summary>A sampler of a trained network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it (the paper takes 250 steps).</param>
    /// <param name="options">How it goes back and forth; the paper's by default.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public InpaintingSampler(IEpsilonModel model, ReverseDiffusion process, InpaintingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        this.model = model;
        this.process = process;
        this.options = (options ?? InpaintingOptions.Default).Validated();
    }

    /// <summary>Fills in examples.</summary>
    /// <param name="x0">The examples, [B, …]; what they hold in the unknown part does not matter, but must be finite.</param>
    /// <param name="known">Which elements are known, bool, broadcastable to <paramref name="x0"/>.</param>
    /// <param name="noise">Where the noise comes from; example k asks as sample <paramref name="firstSample"/> + k.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The examples with the unknown part filled in; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the mask does not fit.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Inpaint(Tensor x0, Tensor known, INoiseSource noise, long firstSample = 0, IProgress<SamplingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstSample, 0);
        if (known.dtype != ScalarType.Bool) throw new ArgumentException($"known must hold bool, but holds {known.dtype}.", nameof(known));
        if (known.dim() > x0.dim() || Enumerable.Range(1, (int)known.dim()).Any(i => known.size(-i) != 1 && known.size(-i) != x0.size(-i)))
        {
            throw new ArgumentException($"known must be broadcastable to the shape of x0, {Require.Shape(x0)}, but has {Require.Shape(known)}.", nameof(known));
        }

        if (model.InTrainingMode) throw new InvalidOperationException("The model is in training mode, where dropout spoils samples: call eval() on it before sampling.");
        using var noGradient = no_grad();
        using CompiledModel compiled = CompiledModel.Of(model);
        (int From, int To)[] moves = [.. Moves(process.Coefficients.Timesteps)];
        NoiseRequest draw = NoiseRequest.For(x0, firstSample, 0);
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        int count = checked((int)x0.size(0));
        using SamplingRun run = SamplingRun.Start(nameof(InpaintingSampler), moves.Length, count, count, x0.shape[1..]);
        Tensor x = noise.Draw(draw).DetachFromDisposeScope();
        try
        {
            for (int i = 0; i < moves.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long stepStarted = SamplingRun.StepStarting();
                using var scope = NewDisposeScope();
                // Two draws a step: for the unknown part and for the known one, or for the step back.
                Tensor Noise(int which) => noise.Draw(draw with { Step = 1 + 2 * i + which });
                (int from, int to) = moves[i];
                Tensor next = to > from ? process.Forward.Step(x, to, Noise(0)) : Down(compiled.Model, x, from, x0, known, Noise);
                NonFiniteException.ThrowIfNonFinite(next, "x_{t-1}", from);
                x.Dispose();
                x = next.DetachFromDisposeScope();
                run.StepDone(stepStarted, i + 1 == moves.Length ? count : 0);
                progress?.Report(new SamplingProgress(i + 1, moves.Length, i + 1 == moves.Length ? count : 0, count, System.Diagnostics.Stopwatch.GetElapsedTime(started)));
            }

            run.Completed();
        }
        catch (Exception exception)
        {
            x.Dispose();
            if (exception is not OperationCanceledException) run.Failed(exception);
            throw;
        }

        return x;
    }

    private Tensor Down(IEpsilonModel compiled, Tensor x, int t, Tensor x0, Tensor known, Func<int, Tensor> noise)
    {
        ReverseMoments moments = process.Moments(process.Predict(compiled, x, t), x, t, process.Options.Clipping);
        // At the last step the known part is the example itself.
        if (t == 0) return where(known, x0, moments.Mean);
        Tensor unknown = moments.Mean + (0.5 * moments.LogVariance).exp() * noise(0);
        return where(known, process.Forward.Sample(x0, t - 1, noise(1)), unknown);
    }

    // (t, t-1) down and (t-1, t) up; -1 is x_0. As the authors' schedule: wherever a stretch of the jump's length has been passed, it is passed again.
    private IEnumerable<(int From, int To)> Moves(int timesteps)
    {
        var left = new Dictionary<int, int>();
        for (int t = 0; t < timesteps - options.JumpLength; t += options.JumpLength) left[t] = options.Resamples - 1;
        int at = timesteps - 1;
        while (at >= 0)
        {
            yield return (at, at - 1);
            at--;
            if (at < 0 || !left.TryGetValue(at, out int times) || times == 0) continue;
            left[at] = times - 1;
            for (int i = 0; i < options.JumpLength; i++)
            {
                yield return (at, at + 1);
                at++;
            }
        }
    }
}
