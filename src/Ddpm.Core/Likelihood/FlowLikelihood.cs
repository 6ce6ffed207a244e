using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the exact log-density of a network's probability flow (Song et al. 2020, arXiv:2011.13456, appendix D.2). In x̄ = x/√ᾱ and
/// σ = √((1-ᾱ)/ᾱ) the flow is dx̄/dσ = ε_θ, along which d ln p/dσ = -∇·ε_θ; at T - 1 x is N(0, I). It holds no tensor.
/// </summary>
/// <remarks>
/// The density is that of x̄ at the smallest noise of the process, σ_0 = 0.01 for the paper's schedule: of data with so much noise. Heun's
/// method goes from timestep to timestep, as networks know no times between; its error falls with the square of the steps. A
/// <see cref="RespacedSchedule"/> that keeps t = 0 takes fewer. State and sums are float64, whatever the network computes in.
/// </remarks>
public sealed class FlowLikelihood
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;

    /// <summary>Creates the likelihood of a trained network.</summary>
    /// <param name="model">
    /// The network, through which gradients must reach x_t: a network itself, such as a U-Net of Ddpm.Models, not a compiled one.
    /// </param>
    /// <param name="process">The process that it was trained with, or a respacing of it. It must leave some signal at T - 1.</param>
    /// <param name="divergence">How the divergence is computed. Default: one Hutchinson probe.</param>
    /// <exception cref="ArgumentException">The process ends without signal.</exception>
    public FlowLikelihood(IEpsilonModel model, ReverseDiffusion process, Divergence? divergence = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        PndmSteps.RequireSignal(process.Coefficients, nameof(process));
        this.model = model;
        this.process = process;
        Divergence = divergence ?? Divergence.Hutchinson();
    }

    /// <summary>Gets the process whose flow it is.</summary>
    public ReverseDiffusion Process => process;

    /// <summary>Gets how the divergence is computed.</summary>
    public Divergence Divergence { get; }

    /// <summary>Gets how often a batch asks the network: twice a step, as Heun's method does.</summary>
    public int NetworkCalls => 2 * (process.Coefficients.Timesteps - 1);

    /// <summary>Computes ln p(x̄) of a batch.</summary>
    /// <param name="x">The examples as data, x̄, [B, …]; not scaled by √ᾱ_0.</param>
    /// <param name="noise">The source of the probes: probe k of example i is draw k of sample i. The exact divergence draws none.</param>
    /// <param name="firstExample">The number of the first example, which the probes depend on. Range: ≥ 0.</param>
    /// <param name="stepped">Called after every call of the network.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>
    /// The log-density in nats (of all dimensions) by each probe, [probes, B], or [1, B] where it is exact; float64 on the CPU, a fresh
    /// tensor.
    /// </returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is in training mode, or no gradient reaches x_t, or its output has the wrong shape.
    /// </exception>
    /// <exception cref="NonFiniteException">The density became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor LogDensity(Tensor x, INoiseSource noise, long firstExample = 0, Action? stepped = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstExample, 0);
        model.RequireExamples(x, nameof(x));
        model.RequireEvaluationMode("the likelihood");
        using var scope = NewDisposeScope();
        Tensor[] probes = Divergence.Draw(noise, x, firstExample);
        Tensor at = x.to(float64, copy: true), change = zeros(Math.Max(1, Divergence.Probes), x.size(0), float64, x.device);
        DiffusionCoefficients tables = process.Coefficients;
        for (int t = 0; t + 1 < tables.Timesteps; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            double length = Sigma(t + 1) - Sigma(t);
            (Tensor slope, Tensor trace) = Flow(at, t, x.dtype, probes);
            stepped?.Invoke();
            (Tensor nextSlope, Tensor nextTrace) = Flow(at.Plus(slope.Times(length)), t + 1, x.dtype, probes);
            stepped?.Invoke();
            at.AddInPlace(slope.Plus(nextSlope), length / 2);
            change.AddInPlace(trace.Plus(nextTrace), length / 2);
            NonFiniteException.ThrowIfNonFinite(change, "The log-density", t);
        }

        // ln N(x_T; 0, I) of x_T = √ᾱ x̄, and the change of volume from x_T to x̄.
        double alphaBar = tables.AlphaBars[^1], dimensions = (double)(x.numel() / x.size(0));
        Tensor prior = at.reshape(x.size(0), -1).Square().sum([1]).Times(-alphaBar / 2)
            .Plus(dimensions / 2 * (Math.Log(alphaBar) - Math.Log(2 * Math.PI)));
        return prior.Plus(change).to(CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Converts log-densities of pixels in [-1, 1] to bits/dim, as those of uniformly dequantised bytes are stated.</summary>
    /// <param name="logDensity">Log-densities in nats, of any shape.</param>
    /// <param name="dimensions">The elements of an example. Range: ≥ 1.</param>
    /// <returns>-log₂ p/D + log₂ 127.5, since a byte is 1/127.5 wide; a fresh tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
    public static Tensor BitsPerDim(Tensor logDensity, long dimensions)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        Require.AtLeast(dimensions, 1);
        using Tensor bits = logDensity.Times(-1 / (dimensions * Math.Log(2)));
        return bits.Plus(Math.Log2(PixelRange.LevelsPerUnit));
    }

    // ε_θ and its divergence by x̄.
    private (Tensor Slope, Tensor Trace) Flow(Tensor state, int t, ScalarType type, Tensor[] probes)
    {
        using var gradient = enable_grad();
        Tensor at = state.detach().requires_grad_();
        Tensor xt = at.Times(process.Coefficients.SqrtAlphaBars[t]).to(type);
        Tensor output = process.Predict(model, xt, t);
        if (!output.requires_grad)
        {
            throw new InvalidOperationException(
                $"Gradients must pass from the output of {model.GetType().Name} to x_t, for the likelihood needs the divergence, but none "
                + "do: give the network itself, such as a UNet or another DescribedNetwork, not a compiled one or an ONNX model.");
        }

        Tensor eps = process.PredictEpsilon(output, xt, t).to(float64);
        return (eps.detach(), Divergence.Of(eps, at, probes).detach());
    }

    private double Sigma(int t) => PndmSteps.Sigma(process.Coefficients.AlphaBars[t]);
}
