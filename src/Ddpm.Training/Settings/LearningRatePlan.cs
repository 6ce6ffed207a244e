namespace Ddpm.Training;

/// <summary>
/// The learning rate of every step of a run: rate · warm-up · decay. A run that is re-planned takes another decay from the step where it
/// stands: over as many steps as the warm-up has, the factor goes from where it was, in a straight line, to where the new decay has it.
/// </summary>
internal sealed class LearningRatePlan(TrainingOptions options)
{
    /// <summary>Gets the decay that the run follows.</summary>
    public LearningRateDecay Decay { get; private set; } = options.Decay;

    /// <summary>Gets the way from the decay before; null where the run was never re-planned.</summary>
    public LearningRateTransition? Transition { get; private set; }

    /// <summary>Gets the plan as text that is equal where the plan is.</summary>
    public string Text => Transition is null ? SettingText.Of(Decay) : $"{SettingText.Of(Decay)}, {SettingText.Of(Transition)}";

    /// <summary>Returns the learning rate of a step.</summary>
    public double At(long step) => options.WarmedUpRate(step) * Factor(step);

    /// <summary>Returns what the learning rate is multiplied with beside the warm-up.</summary>
    /// <exception cref="InvalidOperationException">A decay that the user wrote gives a factor outside 0 … 1.</exception>
    public double Factor(long step)
    {
        double factor = Decay.Factor(step);
        if (factor is not (>= 0 and <= 1))
        {
            throw new InvalidOperationException($"{Decay.GetType().Name}.Factor({step}) must be 0 … 1, but is {factor}.");
        }

        return Transition is null ? factor : Transition.Factor(step, factor);
    }

    /// <summary>Gives the run a decay, and the way to it.</summary>
    public void Set(LearningRateDecay decay, LearningRateTransition? transition) => (Decay, Transition) = (decay, transition);

    /// <summary>Returns the transition to another decay from a step on, at which the factor is <paramref name="from"/>.</summary>
    public LearningRateTransition TransitionAt(long step, double from) => new(step, from, options.WarmupSteps);

    /// <summary>Says why a run that stands at a step cannot be re-planned; null where it can.</summary>
    /// <param name="before">The step at which the plan before ends; null: it has no end.</param>
    /// <param name="after">The decay that is to come.</param>
    /// <param name="step">The step where the run stands.</param>
    public static string? WhyNot(long? before, LearningRateDecay after, long step) => (before, after.EndsAt) switch
    {
        (_, { } end) when end <= step => $"must end after step {step}, which is done, but ends at {end}",
        ({ } planned, { } end) when end < planned =>
            $"must not end before step {planned}, until which the run is planned, but ends at {end}",
        _ => null,
    };
}
