using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes bits/dim of images of bytes from the density of a network's probability flow (Song et al. 2020, arXiv:2011.13456, appendix
/// D.2). It holds no tensor.
/// </summary>
public sealed class DequantizedLikelihood
{
    private readonly FlowLikelihood flow;

    /// <summary>Creates the likelihood of images.</summary>
    /// <param name="flow">The density.</param>
    /// <param name="options">How it is evaluated. Default: at one uniform draw for each image.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public DequantizedLikelihood(FlowLikelihood flow, DequantizedLikelihoodOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(flow);
        this.flow = flow;
        Options = (options ?? DequantizedLikelihoodOptions.Default).Validated();
    }

    /// <summary>Gets how it is evaluated.</summary>
    public DequantizedLikelihoodOptions Options { get; }

    /// <summary>Gets the density.</summary>
    public FlowLikelihood Flow => flow;

    /// <summary>Gets how often a batch asks the network.</summary>
    public long NetworkCalls => (long)flow.NetworkCalls * Options.Draws;

    /// <summary>Creates sums of no examples.</summary>
    /// <returns>The accumulator.</returns>
    public LikelihoodAccumulator NewAccumulator() => new(Options.Draws, Math.Max(1, flow.Divergence.Probes));

    /// <summary>Computes -log₂ p of a batch by each draw and probe, in bits/dim.</summary>
    /// <param name="x0">The images, [B, …], bytes/127.5 - 1.</param>
    /// <param name="noise">
    /// The source of draws and probes. With k probes, draw d of example i is step d(k + 1) of sample i, and its probes are the steps after
    /// it; <see cref="Dequantization.None"/> draws no image.
    /// </param>
    /// <param name="firstExample">The number of the first example, which the noise depends on. Range: ≥ 0.</param>
    /// <param name="stepped">Called after every call of the network.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>Bits/dim, [draws, probes, B], with one probe where the divergence is exact; float64 on the CPU, a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is in training mode, or no gradient reaches x_t, or its output has the wrong shape.
    /// </exception>
    /// <exception cref="NonFiniteException">The density became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor BitsPerDim(Tensor x0, INoiseSource noise, long firstExample = 0, Action? stepped = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstExample, 0);
        using var scope = NewDisposeScope();
        Tensor images = x0.to(Options.Device);
        int stride = flow.Divergence.Probes + 1;
        Tensor[] draws = [.. Enumerable.Range(0, Options.Draws).Select(draw =>
        {
            using var one = NewDisposeScope();
            var steps = new LaterSteps(noise, checked(draw * stride));
            Tensor x = Options.Dequantization == Dequantization.Uniform ? Dequantized(images, steps, firstExample) : images;
            Tensor density = flow.LogDensity(x, steps, firstExample, stepped, cancellationToken);
            return FlowLikelihood.BitsPerDim(density, images.numel() / images.size(0)).MoveToOuterDisposeScope();
        })];
        return stack(draws).MoveToOuterDisposeScope();
    }

    /// <summary>Adds one batch of examples to an evaluation, for evaluations that are resumed or spread over processes.</summary>
    /// <param name="accumulator">The sums so far, to which the batch is added when all its draws are computed.</param>
    /// <param name="x0">The images, [B, …]; the caller keeps them.</param>
    /// <param name="noise">The source of draws and probes; example k of the set asks as sample k.</param>
    /// <param name="firstExample">The number k of the first example in the set. Range: ≥ 0.</param>
    /// <param name="stepped">Called after every call of the network.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <exception cref="ArgumentException">
    /// An argument is out of range, or the accumulator has another number of draws or probes.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model is in training mode, or no gradient reaches x_t, or its output has the wrong shape.
    /// </exception>
    /// <exception cref="NonFiniteException">The density became NaN or infinite; the accumulator has not changed.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; the accumulator has not changed.</exception>
    public void Accumulate(LikelihoodAccumulator accumulator, Tensor x0, INoiseSource noise, long firstExample, Action? stepped = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(accumulator);
        accumulator.RequireKind(Options.Draws, Math.Max(1, flow.Divergence.Probes), nameof(accumulator));
        using Tensor bits = BitsPerDim(x0, noise, firstExample, stepped, cancellationToken);
        accumulator.Add(bits);
    }

    // Φ of a normal number is uniform in (0, 1).
    private static Tensor Dequantized(Tensor images, INoiseSource noise, long firstExample)
    {
        Tensor uniform = special.ndtr(noise.Draw(NoiseRequest.For(images, firstExample, 0)).to(float64));
        return images.Plus(uniform.Minus(0.5).Over(PixelRange.LevelsPerUnit).to(images.dtype));
    }

    // The same source, beginning at a later step.
    private sealed class LaterSteps(INoiseSource noise, int first) : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) => noise.Draw(request with { Step = checked(first + request.Step) });
    }
}
