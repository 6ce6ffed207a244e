using System.Globalization;

namespace Ddpm.Training;

/// <summary>
/// Sets how fast a moving average of a network's parameters forgets, see <see cref="ExponentialMovingAverage"/>. Derive from it for a
/// profile of your own: a record, or a class whose properties or <see cref="object.ToString"/> tell its settings, so that a resumed run
/// can compare them.
/// </summary>
public abstract record AverageProfile
{
    /// <summary>
    /// Creates a constant decay d, as Ho et al. 2020 (arXiv:2006.11239, appendix B: 0.9999, for 800,000 steps). The random start has the
    /// weight dⁿ after n steps: 61 % after 5,000 at 0.9999, so short runs need another profile.
    /// </summary>
    /// <param name="decay">d. Range: 0 ≤ d &lt; 1.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decay"/> is out of range.</exception>
    public static AverageProfile Constant(double decay = 0.9999) => new ConstantAverage(decay);

    /// <summary>
    /// Creates a decay that grows as min(d, (1+n)/(10+n)) with the number n of updates before, as TensorFlow's ExponentialMovingAverage:
    /// 0.1 at the first update. EMAModel of diffusers is the same from the second update on; its first decay is 0, which forgets the start
    /// at once.
    /// </summary>
    /// <param name="decay">d. Range: 0 ≤ d &lt; 1.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decay"/> is out of range.</exception>
    public static AverageProfile Ramped(double decay = 0.9999) => new RampedAverage(decay);

    /// <summary>
    /// Creates a decay that grows as min(d, 1 - (1 + n/γ)^-p) with the number n of updates before, as EMAModel of diffusers with
    /// use_ema_warmup; its names: inv_gamma for γ, power for p. The first decay is 0, which forgets the random start at once.
    /// </summary>
    /// <param name="decay">d. Range: 0 ≤ d &lt; 1.</param>
    /// <param name="inverseGamma">γ. Range: &gt; 0. Default: 1.</param>
    /// <param name="power">p: 2/3 for runs of a million steps, 3/4 for shorter ones. Range: &gt; 0. Default: 2/3.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static AverageProfile Warmup(double decay = 0.9999, double inverseGamma = 1, double power = 2.0 / 3) =>
        new WarmupAverage(decay, inverseGamma, power);

    /// <summary>
    /// Creates weights that grow with a power of the step (Karras et al. 2024, arXiv:2312.02696, sec. 3.1): the average always spans the
    /// same share of the run, whether it has 500 steps or 500,000, and the random start has no weight from the first update on.
    /// </summary>
    /// <param name="relativeWidth">σ_rel: the standard deviation of the averaged steps, as a share of the run. Range: 0.01 … 0.28.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="relativeWidth"/> is out of range.</exception>
    public static AverageProfile Power(double relativeWidth = 0.1) => new PowerAverage(relativeWidth);

    /// <summary>Returns the decay d in θ' ← d θ' + (1-d) θ of an update.</summary>
    /// <param name="updates">The number of updates before. Range: ≥ 0.</param>
    /// <returns>d. Range: 0 ≤ d &lt; 1.</returns>
    public abstract double Decay(long updates);

    private protected static double Checked(double decay) =>
        decay is >= 0 and < 1 ? decay : throw new ArgumentOutOfRangeException(
            nameof(decay), decay, $"decay must be 0 ≤ d < 1, but is {decay}.");

    private protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
