using static TorchSharp.torch;

namespace Ddpm.Core;

// Runs that begin elsewhere than with pure noise.
public abstract partial class DiffusionSampler
{
    /// <summary>Continues from noisy examples: x_t → x_0.</summary>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">Their timestep. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">The source of the steps' noise; a step requests the noise that it would request in a whole run.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples in the shape, type and place of <paramref name="xt"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor SampleFrom(
        Tensor xt,
        int t,
        INoiseSource noise,
        long firstSample = 0,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(xt);
        model.RequireExamples(xt, nameof(xt));
        model.RequireLabels(labels, xt, nameof(labels));
        SamplingRequest request = new()
        {
            Count = checked((int)xt.size(0)),
            SampleShape = xt.shape[1..],
            Noise = noise,
            FirstSample = firstSample,
            Labels = labels,
            ElementType = xt.dtype,
            Device = xt.device,
            Start = new SamplingStart(xt, t),
        };
        return Sample(request, progress, cancellationToken);
    }

    /// <summary>
    /// Adds noise to examples up to t and removes it again. The result shows how far x̂_0 deviates, and gives variations of a picture
    /// ("image to image", SDEdit, arXiv:2108.01073).
    /// </summary>
    /// <param name="x0">The examples x_0, [B, …].</param>
    /// <param name="t">The timestep up to which noise is added. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">The source of the noise: the added noise is that of step 0; the steps request theirs as in a whole run.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor Reconstruct(
        Tensor x0,
        int t,
        INoiseSource noise,
        long firstSample = 0,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Batch(x0);
        ArgumentNullException.ThrowIfNull(noise);
        Require.AtLeast(firstSample, 0);
        model.RequireExamples(x0, nameof(x0));
        model.RequireLabels(labels, x0, nameof(labels));
        using Tensor eps = noise.Draw(NoiseRequest.For(x0, firstSample, 0));
        using Tensor xt = Process.Forward.Sample(x0, t, eps);
        return SampleFrom(xt, t, noise, firstSample, labels, progress, cancellationToken);
    }

    /// <summary>
    /// Does the same by a share of the sampler's steps, at least one, in place of a timestep, as other programs of "image to image" state
    /// it.
    /// </summary>
    /// <param name="x0">The examples x_0, [B, …].</param>
    /// <param name="strength">
    /// The share: the larger, the less of the example stays. Range: 0 &lt; strength ≤ 1; write 1.0 for all, since 1 is a timestep.
    /// </param>
    /// <param name="noise">The source of the noise: what is added asks for step 0, the steps as in a whole run.</param>
    /// <param name="firstSample">The number of the first example. Range: ≥ 0.</param>
    /// <param name="labels">The class of each example, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: none.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; nothing is left behind.</exception>
    public Tensor Reconstruct(
        Tensor x0,
        double strength,
        INoiseSource noise,
        long firstSample = 0,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        int steps = Strength.StepsOf(Strength.Require(strength), Process.Coefficients.Timesteps);
        return Reconstruct(x0, steps - 1, noise, firstSample, labels, progress, cancellationToken);
    }

    /// <summary>
    /// Interpolates between pairs of examples (Ho et al. 2020, arXiv:2006.11239, sec. 4.4): both are noised to t, mixed, and sampled from
    /// there. The noise is the same for every weight, so that only the mixture changes.
    /// </summary>
    /// <param name="first">The examples at weight 0, [B, …].</param>
    /// <param name="second">The examples at weight 1 in the shape of <paramref name="first"/>.</param>
    /// <param name="weights">The weights λ. Range: 0 ≤ λ ≤ 1.</param>
    /// <param name="t">The timestep up to which both are noised; a larger t mixes coarser features. Range: 0 ≤ t &lt; T.</param>
    /// <param name="noise">
    /// The source of the noise: pair k asks as sample k, its second end as sample k + B where the two ends have separate noise.
    /// </param>
    /// <param name="options">How both are mixed. Default: as in the paper.</param>
    /// <param name="labels">The class of each pair, for an <see cref="IConditionalEpsilonModel"/>; -1 is none. Default: no class.</param>
    /// <param name="progress">Receives the progress after every step, over all weights.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [weights, B, …]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or the shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor Interpolate(
        Tensor first,
        Tensor second,
        IReadOnlyList<double> weights,
        int t,
        INoiseSource noise,
        InterpolationOptions? options = null,
        IReadOnlyList<long>? labels = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.SameShape(second, first);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(noise);
        if (weights.Count == 0 || weights.Any(weight => weight is not (>= 0 and <= 1)))
        {
            string given = string.Join(", ", weights);
            throw new ArgumentException($"weights must be one or more numbers from 0 to 1, but are {given}.", nameof(weights));
        }

        model.RequireExamples(first, nameof(first));
        model.RequireLabels(labels, first, nameof(labels));
        Require.Timestep(t, Process.Coefficients.Timesteps);
        options ??= InterpolationOptions.Default;
        using var scope = NewDisposeScope();
        Tensor eps = noise.Draw(NoiseRequest.For(first, 0, 0));
        Tensor epsSecond = options.SharedNoise ? eps : noise.Draw(NoiseRequest.For(second, first.size(0), 0));
        Tensor start = Process.Forward.Sample(first, t, eps), end = Process.Forward.Sample(second, t, epsSecond);
        RunsProgress? all = progress is null ? null : new RunsProgress(progress, weights.Count);
        Tensor[] samples =
            [.. weights.Select(weight => SampleFrom(options.Mix(start, end, weight), t, noise, 0, labels, all, cancellationToken))];
        return stack(samples).MoveToOuterDisposeScope();
    }
}
