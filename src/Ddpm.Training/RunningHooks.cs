using System.Globalization;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>The hooks of a trainer's run, and what those of the run before remembered.</summary>
internal sealed class RunningHooks
{
    private ITrainingHook[]? running;

    /// <summary>Gets the states of the last run, or of the checkpoint that was restored.</summary>
    public HookStates Kept { get; set; } = HookStates.None;

    /// <summary>Starts the hooks of a run: each continues where the one before it ended.</summary>
    public void Start(ITrainingHook[] hooks, Trainer trainer)
    {
        foreach (ITrainingHook hook in hooks) hook.RunStarting(trainer);
        Restore(hooks, trainer);
        running = hooks;
    }

    /// <summary>Ends the hooks of a run, and keeps their states for the next; collective.</summary>
    public void End(ITrainingHook[] hooks, Trainer trainer)
    {
        foreach (ITrainingHook hook in hooks) hook.RunEnded(trainer);
        Kept = States(trainer);
        running = null;
    }

    /// <summary>Forgets the hooks of a run that failed.</summary>
    public void Forget()
    {
        Kept = HookStates.None;
        running = null;
    }

    /// <summary>Returns the states at the trainer's step; none where they belong to another. Collective.</summary>
    public HookStates States(Trainer trainer)
    {
        HookStates states = running is null ? Kept : StatesOf(running, trainer.StepsDone, trainer.Communicator);
        return states.Step == trainer.StepsDone ? states : HookStates.None;
    }

    // The hooks that have a state, by their names: the type's, and a number where there are several of one.
    private static IEnumerable<(string Name, IResumableHook Hook)> Named(IEnumerable<ITrainingHook> hooks) => hooks.OfType<IResumableHook>()
        .GroupBy(hook => hook.GetType().Name)
        .SelectMany(group => group.Select((hook, i) => (string.Create(CultureInfo.InvariantCulture, $"{group.Key}-{i}"), hook)));

    private static HookStates StatesOf(ITrainingHook[] hooks, long step, ICommunicator communicator) =>
        HookStates.From(step, Named(hooks).ToDictionary(named => named.Name, named => communicator.AllGather(named.Hook.SaveState())));

    // To hooks of a run that was at the same step.
    private void Restore(ITrainingHook[] hooks, Trainer trainer)
    {
        if (trainer.StepsDone != Kept.Step) return;
        foreach ((string name, IResumableHook hook) in Named(hooks))
        {
            if (Kept.All.TryGetValue(name, out double[][]? state)) hook.RestoreState(trainer, state);
        }
    }
}
