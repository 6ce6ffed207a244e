using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the variational bound in the form that resembles autoregressive decoding (Ho et al. 2020, arXiv:2006.11239, eq. 16),
/// KL(q(x_T) ‖ p(x_T)) + Σ KL(q(x_{t-1} | x_t) ‖ p_θ(x_{t-1} | x_t)) + H(x_0), for data whose distribution is known. It is the L of eq. 5,
/// which <see cref="VariationalBound"/> computes, in another order: on each trajectory x_0 … x_T of q the terms add up to the logarithm of
/// eq. 3. It shows what the data costs in any model, H(x_0), and what the model adds to it. It holds no tensor.
/// </summary>
/// <remarks>
/// q(x_{t-1} | x_t) = q(x_t | x_{t-1}) q(x_{t-1})/q(x_t) by Bayes' rule, with the marginals of <see cref="DataDistribution"/>. At x_0 these
/// are densities where the data has a density, and the entropy is the differential one; for discrete data they are probabilities.
/// </remarks>
public sealed class AutoregressiveBound
{
    private readonly IEpsilonModel model;
    private readonly ReverseDiffusion process;
    private readonly DataDistribution data;
    private readonly Decoder decoder;

    /// <summary>Creates the bound of a model's process on data whose distribution is known.</summary>
    /// <param name="model">The model; an <see cref="ExactModel"/>, or a network.</param>
    /// <param name="process">The process that it was trained with, or a respacing of it.</param>
    /// <param name="data">The distribution of the data; the caller keeps it.</param>
    /// <param name="decoder">
    /// The last step p_θ(x_0 | x_1): probabilities of pixel values for discrete data, else a density. Default:
    /// <see cref="Decoder.DiscretizedExact"/> or <see cref="Decoder.Continuous"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The decoder gives a density for discrete data, or probabilities for data with a density.
    /// </exception>
    public AutoregressiveBound(IEpsilonModel model, ReverseDiffusion process, DataDistribution data, Decoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(data);
        this.model = model;
        this.process = process;
        this.data = data;
        this.decoder = decoder ?? (data.IsDiscrete ? Decoder.DiscretizedExact : Decoder.Continuous);
        if (data.IsDiscrete != (this.decoder != Decoder.Continuous))
        {
            // A quotient of a density and a probability is no divergence.
            (string wanted, string found) = data.IsDiscrete ? ("probabilities", "a density") : ("a density", "probabilities");
            throw new ArgumentException($"decoder must give {wanted}, as {data.GetType().Name} does, but gives {found}.", nameof(decoder));
        }
    }

    /// <summary>Computes every term on one trajectory x_0 … x_T for each example.</summary>
    /// <param name="x0">Examples of the data, [B, …] with its shape, on its device.</param>
    /// <param name="noise">Where the noise comes from. The step from x_{t-1} to x_t asks for step t, counted from 0.</param>
    /// <param name="firstExample">The number of the first example, which the noise depends on. Range: ≥ 0.</param>
    /// <param name="cancellationToken">Stops the evaluation within one step.</param>
    /// <returns>The terms; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The shape does not fit the data.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstExample"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite, as where an example is not of the data.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; all intermediate tensors are freed.</exception>
    public AutoregressiveTerms Terms(Tensor x0, INoiseSource noise, long firstExample = 0, CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstExample, 0);
        model.RequireEvaluationMode("the bound");
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor xt = x0.to(float64), logMarginal = data.LogLikelihood(xt);
        NonFiniteException.ThrowIfNonFinite(logMarginal, "The log-likelihood of the data", 0);
        Tensor entropy = BitsPerDim(-logMarginal);
        var terms = new List<Tensor>();
        for (int t = 0; t < process.Coefficients.Timesteps; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Tensor previous = xt, logPrevious = logMarginal;
            xt = process.Forward.Step(previous, t, noise.Draw(NoiseRequest.For(previous, firstExample, t)));
            logMarginal = data.LogDensity(xt, tensor(process.Coefficients.AlphaBars[t], float64));
            Tensor term = LogForward(previous, xt, t).Plus(logPrevious) - logMarginal - LogReverse(previous, xt, t, x0.dtype);
            NonFiniteException.ThrowIfNonFinite(term, "The bound's term", t);
            terms.Add(BitsPerDim(term).MoveToOuterDisposeScope());
            xt.MoveToOuterDisposeScope();
            logMarginal.MoveToOuterDisposeScope();
        }

        Tensor prior = BitsPerDim(logMarginal - Sum(Decoder.Continuous.LogLikelihood(xt, zeros_like(xt), zeros_like(xt))));
        Tensor all = stack(terms, 1), total = prior.Plus(all.sum([1])).Plus(entropy);
        return new AutoregressiveTerms(total.MoveToOuterDisposeScope(), prior.MoveToOuterDisposeScope(), all.MoveToOuterDisposeScope(),
            entropy.MoveToOuterDisposeScope());
    }

    // ln q(x_t | x_{t-1}), [B].
    private Tensor LogForward(Tensor previous, Tensor xt, int t)
    {
        using Tensor noise = zeros_like(previous), mean = process.Forward.Step(previous, t, noise);
        using Tensor logVariance = tensor(Math.Log(process.Coefficients.Betas[t]), float64);
        using Tensor each = Decoder.Continuous.LogLikelihood(xt, mean, logVariance);
        return Sum(each);
    }

    // ln p_θ(x_{t-1} | x_t), [B]. The network sees x_t in its own type.
    private Tensor LogReverse(Tensor previous, Tensor xt, int t, ScalarType type)
    {
        Tensor input = xt.to(type);
        ReverseMoments moments = process.Moments(process.Predict(model, input, t), input, t);
        Decoder last = t == 0 ? decoder : Decoder.Continuous;
        return Sum(last.LogLikelihood(previous, moments.Mean.to(float64), moments.LogVariance.to(float64)));
    }

    private Tensor BitsPerDim(Tensor nats) => nats.Over(data.Dimensions * Math.Log(2)).to(CPU);

    private static Tensor Sum(Tensor each) => each.reshape(each.size(0), -1).sum([1]);
}
