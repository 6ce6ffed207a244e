using System.Globalization;
using System.Text.Json;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Keeps the network, moving averages and optimiser of every rank equal.</summary>
internal static class Replicas
{
    /// <summary>
    /// Checks that all ranks have the same options and network, and gives all the parameters and buffers of rank 0; collective.
    /// </summary>
    /// <exception cref="DistributedException">Options or networks differ.</exception>
    public static void Synchronize(nn.Module module, ICommunicator communicator, IReadOnlyDictionary<string, string> settings)
    {
        using var scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] tensors = [.. Tensors(module)];
        var all = new SortedDictionary<string, string>(settings.ToDictionary(), StringComparer.Ordinal)
        {
            ["Network"] = module.GetType().Name,
            ["Network's tensors"] = tensors.Length.ToString(CultureInfo.InvariantCulture),
        };
        foreach ((string name, Tensor tensor) in tensors) all[$"Network's {name}"] = $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";
        communicator.RequireSame("options and network", all);
        foreach ((_, Tensor tensor) in tensors) communicator.BroadcastInPlace(tensor);
    }

    /// <summary>Gives all ranks the state of rank 0; collective.</summary>
    public static RestoredRun Broadcast(TrainingState state, ICommunicator communicator)
    {
        using var scope = NewDisposeScope();
        IEnumerable<Tensor> tensors =
        [
            .. Tensors(state.Module).Select(pair => pair.Value), .. state.Averages.SelectMany(average => average.Averages),
            .. state.Optimizer.FirstMoments, .. state.Optimizer.SecondMoments,
        ];
        foreach (Tensor tensor in tensors) communicator.BroadcastInPlace(tensor);
        var numbers = new ReplicaState(
            state.StepsDone,
            state.Batches,
            [.. state.Averages.Select(average => average.Updates)],
            state.Optimizer.Steps,
            state.Timesteps.Save(),
            state.Hooks.Step,
            state.Hooks.All,
            state.LearningRate.Transition);
        string first = communicator.AllGather(JsonSerializer.Serialize(numbers, ReplicaStateJson.Default.ReplicaState))[0];
        numbers = JsonSerializer.Deserialize(first, ReplicaStateJson.Default.ReplicaState)!;
        for (int k = 0; k < state.Averages.Count; k++) state.Averages[k].Updates = numbers.Updates[k];
        numbers.OptimizerSteps.CopyTo(state.Optimizer.Steps, 0);
        state.Timesteps.Restore(numbers.Timesteps);
        return new RestoredRun(
            numbers.StepsDone, numbers.Batches, HookStates.From(numbers.HookStep, numbers.Hooks), numbers.Transition);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(nn.Module module) =>
        module.named_parameters().Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))
            .Concat(module.named_buffers().Select(pair => KeyValuePair.Create(pair.name, pair.buffer)));
}
