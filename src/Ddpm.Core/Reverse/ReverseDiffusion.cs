using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the reverse process p_θ(x_{t-1} | x_t) = N(μ_θ(x_t, t), σ_t² I) (Ho et al. 2020, arXiv:2006.11239, sec. 3.2): x̂_0, the mean
/// and the variance from a network's output. It holds no tensor.
/// </summary>
public sealed class ReverseDiffusion
{
    private readonly VarianceTables variances;
    private readonly ImmutableArray<double>? fixedLogVariances;

    /// <summary>Creates the reverse process of a schedule.</summary>
    /// <param name="schedule">The schedule that the network was trained with, or a respacing of it.</param>
    /// <param name="options">Prediction, variance and clipping. Default: the paper's for CIFAR-10.</param>
    /// <exception cref="ArgumentException">
    /// The schedule is invalid, or ends without signal (ᾱ_{T-1} = 0) where the prediction cannot give x̂_0.
    /// </exception>
    public ReverseDiffusion(IVarianceSchedule schedule, ReverseDiffusionOptions? options = null)
        : this(new DiffusionCoefficients(schedule), options)
    {
    }

    /// <summary>Creates the reverse process of a tabulated schedule.</summary>
    /// <param name="coefficients">The tables.</param>
    /// <param name="options">Prediction, variance and clipping. Default: the paper's for CIFAR-10.</param>
    /// <exception cref="ArgumentException">
    /// The schedule ends without signal (ᾱ_{T-1} = 0) where the prediction cannot give x̂_0.
    /// </exception>
    public ReverseDiffusion(DiffusionCoefficients coefficients, ReverseDiffusionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        Options = (options ?? ReverseDiffusionOptions.Default).Validated();
        Coefficients = coefficients;
        Forward = new ForwardDiffusion(coefficients);
        Posterior = new PosteriorQ(coefficients);
        if (coefficients.AlphaBars[^1] == 0 && !Options.Prediction.DefinedAtZeroSignal)
        {
            throw new ArgumentException($"schedule must leave some signal at t = {coefficients.Timesteps - 1} for " +
                $"{Options.Prediction.GetType().Name}, which divides by √ᾱ_t, but ᾱ_t is 0 there; " +
                $"{nameof(Prediction)}.{nameof(Prediction.V)} and {nameof(Prediction)}.{nameof(Prediction.X0)} do without.",
                nameof(coefficients));
        }

        variances = new VarianceTables(coefficients, Options.InitialLogVariance);
        fixedLogVariances = variances.Fixed = Options.Variance.FixedLogVariances(variances);
    }

    /// <summary>Gets the prediction, variance and clipping.</summary>
    public ReverseDiffusionOptions Options { get; }

    /// <summary>Gets the tables that the process computes with.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Gets the forward process q that this one reverses.</summary>
    public ForwardDiffusion Forward { get; }

    /// <summary>Gets the posterior q(x_{t-1} | x_t, x_0) whose mean the reverse process takes.</summary>
    public PosteriorQ Posterior { get; }

    /// <summary>ln β̃_t with the process's convention at t = 0.</summary>
    internal ImmutableArray<double> PosteriorLogVariances => variances.SmallLog;

    /// <summary>
    /// Creates the same process over fewer of its timesteps, for sampling in fewer steps (Nichol and Dhariwal 2021, arXiv:2102.09672, sec.
    /// 4).
    /// </summary>
    /// <param name="steps">How many timesteps it keeps. Range: 1 … T.</param>
    /// <param name="spacing">
    /// The rule that chooses them. Default: <see cref="KnownSpacings.Trailing"/>, evenly spaced with the last among them.
    /// </param>
    /// <returns>A process with the same options; this process if it keeps all timesteps.</returns>
    /// <exception cref="ArgumentException">The steps are out of range, or the spacing cannot give that many.</exception>
    public ReverseDiffusion Respace(int steps, SpacingRule? spacing = null)
    {
        IVarianceSchedule schedule = Coefficients.Schedule, respaced = (spacing ?? KnownSpacings.Trailing).Respace(schedule, steps);
        return ReferenceEquals(respaced, schedule) ? this : new ReverseDiffusion(respaced, Options);
    }

    /// <summary>Creates the same process over some of its timesteps, such as those of a <see cref="TimestepSpacing"/>.</summary>
    /// <param name="retained">The timesteps that it keeps, ascending. Range of each: 0 … T-1.</param>
    /// <returns>A process with the same options; this process if it keeps all timesteps.</returns>
    /// <exception cref="ArgumentException">The list is empty, does not ascend, or has a timestep out of range.</exception>
    public ReverseDiffusion Respace(IEnumerable<int> retained)
    {
        var respaced = new RespacedSchedule(Coefficients.Schedule, retained);
        return respaced.Timesteps == Coefficients.Timesteps ? this : new ReverseDiffusion(respaced, Options);
    }

    /// <summary>Returns the same process with another variance, which sampling may choose: with few steps a small one.</summary>
    /// <param name="variance">The variance; a learned one where the network puts one out.</param>
    /// <returns>A process with the same timesteps and all other options.</returns>
    public ReverseDiffusion WithVariance(ReverseVariance variance)
    {
        ArgumentNullException.ThrowIfNull(variance);
        return new ReverseDiffusion(Coefficients, Options with { Variance = variance });
    }

    /// <summary>Computes x̂_0, mean and variance of p_θ(x_{t-1} | x_t).</summary>
    /// <param name="output">
    /// The network's output at (<paramref name="xt"/>, <paramref name="t"/>): in the shape of <paramref name="xt"/>, or with twice its
    /// second axis, [B, 2C, …], when the variance is learned; the prediction comes first.
    /// </param>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>Fresh tensors; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public ReverseMoments Moments(Tensor output, Tensor xt, TimeIndex t)
    {
        RequireOutput(output, xt, t);
        return Moments(output, xt, t, Options.Clipping);
    }

    /// <summary>
    /// Computes the score ∇ ln q(x_t) as the network estimates it, -ε_θ(x_t, t)/√(1-ᾱ_t), whatever the network predicts (Vincent 2011;
    /// Song et al. 2020, arXiv:2011.13456). Nothing is clipped. The score of a <see cref="GuidedModel"/> is the guided one.
    /// </summary>
    /// <param name="model">The network; gradients reach <paramref name="xt"/> where the network passes them on.</param>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <returns>The score in the shape of <paramref name="xt"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">A shape or a label does not fit the network, or t does not fit the batch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    public Tensor Score(IEpsilonModel model, Tensor xt, TimeIndex t, IReadOnlyList<long>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Require.Batch(xt);
        model.RequireExamples(xt, nameof(xt));
        model.RequireLabels(labels, xt, nameof(labels));
        model.RequireEvaluationMode("the score");
        t.Validated(Coefficients.Timesteps, xt);
        using var scope = NewDisposeScope();
        Tensor? classes = labels is null ? null : HostNumbers.On(xt.device, labels);
        return Score(Predict(model, xt, t, new BatchConditions(classes)), xt, t).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the score -ε_θ/√(1-ᾱ_t) from a network's output.</summary>
    /// <param name="output">
    /// The output at (<paramref name="xt"/>, <paramref name="t"/>), as for <see cref="Moments(Tensor, Tensor, TimeIndex)"/>.
    /// </param>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>The score in the shape of <paramref name="xt"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes do not fit, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Score(Tensor output, Tensor xt, TimeIndex t)
    {
        RequireOutput(output, xt, t);
        using var scope = NewDisposeScope();
        Tensor spread = t.Gather(Coefficients.SqrtOneMinusAlphaBars, xt);
        return (PredictEpsilon(output, xt, t) / spread).neg().MoveToOuterDisposeScope();
    }

    /// <summary>Returns ln σ_t² of a fixed variance, for a likelihood.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>ln σ_t²; at t = 0 the value that <see cref="ReverseDiffusionOptions.InitialLogVariance"/> chooses.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">
    /// The variance is learned; <see cref="Moments(Tensor, Tensor, TimeIndex)"/> computes it.
    /// </exception>
    public double LogVariance(int t)
    {
        Require.Timestep(t, Coefficients.Timesteps);
        return (fixedLogVariances ?? throw new InvalidOperationException(
            $"{Options.Variance.GetType().Name} depends on the network's output; see {nameof(Moments)}."))[t];
    }

    /// <summary>Returns σ_t of a fixed variance, the standard deviation of p_θ(x_{t-1} | x_t) in sampling.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>σ_t; 0 at t = 0, where Algorithm 2 adds no noise.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    /// <exception cref="InvalidOperationException">
    /// The variance is learned; <see cref="Moments(Tensor, Tensor, TimeIndex)"/> computes it.
    /// </exception>
    public double StandardDeviation(int t) => Math.Exp(0.5 * LogVariance(t)) * (t == 0 ? 0 : 1);

    /// <summary>Calls a network with the timesteps of the schedule that it was trained with. Called inside a dispose scope.</summary>
    /// <exception cref="InvalidOperationException">The output has the wrong shape.</exception>
    internal Tensor Predict(IEpsilonModel model, Tensor xt, TimeIndex t, BatchConditions conditions = default)
    {
        Tensor time = t.ToTensor(xt.size(0), xt.device, Coefficients.Schedule.ModelTimestep);
        Tensor output =
            conditions.IsEmpty ? model.Predict(xt, time) : ((IConditionalEpsilonModel)model).Predict(xt, time, conditions);
        if (!output.shape.AsSpan().SequenceEqual(OutputShape(xt)))
        {
            throw new InvalidOperationException($"The model must put out {ExpectedOutput(xt)}, but put out {Require.Shape(output)}.");
        }

        return output;
    }

    /// <summary>Checks a network's output against the samples and timesteps it belongs to.</summary>
    internal void RequireOutput(Tensor output, Tensor xt, TimeIndex t)
    {
        Require.Batch(output);
        Require.Batch(xt);
        if (!output.shape.AsSpan().SequenceEqual(OutputShape(xt)))
        {
            throw new ArgumentException($"output must have {ExpectedOutput(xt)}, but has {Require.Shape(output)}.", nameof(output));
        }

        t.Validated(Coefficients.Timesteps, xt);
    }

    /// <summary>x̂_0 before clipping. Called inside a dispose scope.</summary>
    internal Tensor PredictX0(Tensor output, Tensor xt, TimeIndex t) =>
        Options.Prediction.PredictX0(Coefficients, Split(output).Prediction, xt, t);

    /// <summary>The noise ε that an output stands for. Called inside a dispose scope.</summary>
    internal Tensor PredictEpsilon(Tensor output, Tensor xt, TimeIndex t) =>
        Options.Prediction.PredictEpsilon(Coefficients, Split(output).Prediction, xt, t);

    /// <summary>The halves of an output; the second is null when the variance is fixed. Called inside a dispose scope.</summary>
    internal (Tensor Prediction, Tensor? Variance) Split(Tensor output)
    {
        if (!Options.Variance.IsLearned) return (output, null);
        long channels = output.size(1) / 2;
        return (output.narrow(1, 0, channels), output.narrow(1, channels, channels));
    }

    /// <summary>The moments with another clipping than the process's.</summary>
    /// <param name="output">The network's output.</param>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="clipping">What is done to x̂_0.</param>
    /// <param name="detachMean">Whether no gradient reaches the prediction.</param>
    internal ReverseMoments Moments(Tensor output, Tensor xt, TimeIndex t, X0Clipping clipping, bool detachMean = false)
    {
        using var scope = NewDisposeScope();
        (Tensor prediction, Tensor? varianceOutput) = Split(output);
        if (detachMean) prediction = prediction.detach();
        // The authors clip x̂_0 before they form the mean, when they sample and when they evaluate the bound.
        Tensor x0 = clipping.ApplyCore(Options.Prediction.PredictX0(Coefficients, prediction, xt, t));
        Tensor mean = Options.Prediction.Mean(Posterior, prediction, x0, xt, t);
        (Tensor variance, Tensor logVariance) = Options.Variance.Evaluate(variances, varianceOutput, xt, t);
        return new ReverseMoments(x0.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope(), variance.MoveToOuterDisposeScope(),
            logVariance.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The mean and ln σ_t² of p_θ(x_{t-1} | x_t) from an x̂_0 that has been clipped, or replaced, already. Called inside a dispose scope.
    /// </summary>
    internal (Tensor Mean, Tensor LogVariance) MomentsAt(Tensor output, Tensor xt, int t, Tensor x0, bool replaced)
    {
        (Tensor prediction, Tensor? varianceOutput) = Split(output);
        Tensor mean = replaced ? Posterior.Mean(x0, xt, t) : Options.Prediction.Mean(Posterior, prediction, x0, xt, t);
        return (mean, Options.Variance.Evaluate(variances, varianceOutput, xt, t).LogVariance);
    }

    private long[] OutputShape(Tensor xt)
    {
        long[] shape = xt.shape;
        if (!Options.Variance.IsLearned) return shape;
        if (shape.Length < 2)
        {
            throw new ArgumentException($"xt must have an axis after the batch's for {Options.Variance.GetType().Name}, whose outputs " +
                $"are twice as many along it, but has the shape {Require.Shape(xt)}.", nameof(xt));
        }

        shape[1] *= 2;
        return shape;
    }

    private string ExpectedOutput(Tensor xt) => Options.Variance.IsLearned
        ? $"the shape of x_t with twice its second axis, {Require.Shape(OutputShape(xt))}, for {Options.Variance.GetType().Name}"
        : $"the shape of x_t, {Require.Shape(xt)}, for {Options.Variance.GetType().Name}";
}
