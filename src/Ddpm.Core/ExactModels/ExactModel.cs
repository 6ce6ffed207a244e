using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Predicts as no trained network can better: E[ε | x_t] (or x_0, v, μ̃) in closed form for data whose distribution is known, the minimum
/// of L_simple (Ho et al. 2020, arXiv:2006.11239, eq. 14). Give it to a sampler, a bound or a codec to test that code rather than a
/// network. Gradients reach x_t.
/// </summary>
public sealed class ExactModel : IEpsilonModel
{
    private readonly DiffusionCoefficients coefficients;
    private readonly DataDistribution data;
    private readonly Prediction prediction;

    /// <summary>Creates the exact model of a distribution.</summary>
    /// <param name="schedule">The schedule that a network would be trained with; a sampler may respace it.</param>
    /// <param name="data">The distribution of the data; the caller keeps it.</param>
    /// <param name="prediction">What the model puts out. Default: ε.</param>
    /// <exception cref="ArgumentException">The schedule is invalid.</exception>
    public ExactModel(IVarianceSchedule schedule, DataDistribution data, Prediction? prediction = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        coefficients = new DiffusionCoefficients(schedule);
        this.data = data;
        this.prediction = prediction ?? Prediction.Epsilon;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes do not fit the data.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Predict(Tensor xt, Tensor t)
    {
        Require.Batch(xt);
        using var scope = NewDisposeScope();
        TimeIndex time = t;
        time.Validated(coefficients.Timesteps, xt);
        Tensor exact = xt.to(float64);
        Tensor x0 = data.PosteriorMean(exact, time.Gather(coefficients.AlphaBars, exact).flatten());
        Tensor noise = (exact - time.Gather(coefficients.SqrtAlphaBars, exact) * x0) / time.Gather(
            coefficients.SqrtOneMinusAlphaBars, exact);
        // Every target is linear in (x_0, x_t, ε), so that its expectation is the target of the expectations.
        return prediction.TargetCore(coefficients, x0, exact, noise, time).to(xt.dtype).MoveToOuterDisposeScope();
    }
}
