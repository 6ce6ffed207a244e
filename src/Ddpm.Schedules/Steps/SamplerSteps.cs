namespace Ddpm.Core;

/// <summary>
/// A sampling method as plain numbers: how x_{t-1} follows from x_t, x̂_0, ε, what is remembered and fresh noise, at every t of a process.
/// An engine, on tensors or on spans, keeps the newest <see cref="Order"/> values of <see cref="Remembers"/> and asks <see cref="At"/> for
/// the scalars of each step.
/// </summary>
internal abstract class SamplerSteps
{
    private protected SamplerSteps(DiffusionCoefficients coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        Coefficients = coefficients;
    }

    /// <summary>Gets the tables of the process.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Gets what the method keeps from step to step.</summary>
    public virtual RememberedValue Remembers => RememberedValue.None;

    /// <summary>Gets how many values, this step's among them, the method uses at most. Range: ≥ 1.</summary>
    public virtual int Order => 1;

    /// <summary>Gets whether steps use ε = (x_t - √ᾱ_t x̂_0)/√(1-ᾱ_t).</summary>
    public abstract bool UsesEpsilon { get; }

    /// <summary>Gets whether ε is that of the clipped x̂_0; otherwise that of x̂_0 as the network gave it.</summary>
    public virtual bool ClipsEpsilon => true;

    /// <summary>Returns the scalars of the step x_t → x_{t-1}.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <param name="known">
    /// How many values are remembered, this step's among them: 1 at the first step of a run, whose order is then 1, up to
    /// <see cref="Order"/>.
    /// </param>
    /// <returns>The scalars, with no more than <paramref name="known"/> weights.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public StepCoefficients At(int t, int known = 1)
    {
        Require.Timestep(t, Coefficients.Timesteps);
        if (known < 1 || known > Order)
        {
            throw new ArgumentOutOfRangeException(nameof(known), known, $"known must be 1 … {Order} for {GetType().Name}, but is {known}.");
        }

        return Step(t, known);
    }

    /// <summary>The scalars of a step, from arguments in range.</summary>
    private protected abstract StepCoefficients Step(int t, int known);
}
