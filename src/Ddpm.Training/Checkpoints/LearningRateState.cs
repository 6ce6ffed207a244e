using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>Where the learning rate of a run stands at a checkpoint, from which another plan can go on.</summary>
/// <param name="Factor">What the rate of the next step is multiplied with beside the warm-up. Range: 0 … 1.</param>
/// <param name="EndsAt">The step at which the decay ends; null: it has no end.</param>
/// <param name="Transition">The way from the decay before; null where the run was never re-planned.</param>
internal sealed record LearningRateState(double Factor, long? EndsAt, LearningRateTransition? Transition)
{
    private const string FactorField = "factor", EndsAtField = "ends_at", TransitionField = "transition", AtField = "at",
        FromField = "from", StepsField = "steps";

    /// <summary>Returns where a plan stands at a step.</summary>
    public static LearningRateState Of(LearningRatePlan plan, long step) => new(plan.Factor(step), plan.Decay.EndsAt, plan.Transition);

    /// <summary>Reads the state from a manifest.</summary>
    /// <exception cref="InvalidDataException">A field is missing or out of range; the message names it.</exception>
    public static LearningRateState Read(ConfigurationReader json, long mostSteps)
    {
        double factor = json.Number(FactorField, 0, 1);
        long? endsAt = json.OptionalWholeNumber(EndsAtField, 1, long.MaxValue);
        if (!json.Contains(TransitionField)) throw json.Error(TransitionField, "an object, or null");
        LearningRateTransition? transition = json.IsNull(TransitionField) ? null : ReadTransition(json.Nested(TransitionField), mostSteps);
        RequireNoMore(json);
        return new LearningRateState(factor, endsAt, transition);
    }

    /// <summary>Returns the state as JSON.</summary>
    public JsonObject Json() => new()
    {
        [FactorField] = Factor,
        [EndsAtField] = EndsAt,
        [TransitionField] = Transition is null ? null : new JsonObject
        {
            [AtField] = Transition.At,
            [FromField] = Transition.From,
            [StepsField] = Transition.Steps,
        },
    };

    private static LearningRateTransition ReadTransition(ConfigurationReader json, long mostSteps)
    {
        var transition = new LearningRateTransition(
            json.WholeNumber(AtField, 0, mostSteps), json.Number(FromField, 0, 1), json.WholeNumber(StepsField, 0, int.MaxValue));
        RequireNoMore(json);
        return transition;
    }

    private static void RequireNoMore(ConfigurationReader json)
    {
        if (json.Unread.FirstOrDefault() is { } unknown) throw new InvalidDataException($"{unknown} is not a field that is known here.");
    }
}
