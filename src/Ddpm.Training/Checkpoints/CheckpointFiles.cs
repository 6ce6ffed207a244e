namespace Ddpm.Training;

/// <summary>The names of a checkpoint's files and of the tensors in them.</summary>
internal static class CheckpointFiles
{
    public const string Network = "network.safetensors";
    public const string Optimizer = "optimizer.safetensors";

    /// <summary>The state of hooks between two rows or pictures; absent where no hook has one.</summary>
    public const string Hooks = "hooks.safetensors";

    /// <summary>The folder of the network's and the process's configuration, where a model folder has words for them.</summary>
    public const string Model = "model";

    public const string FirstMoment = "first/";
    public const string SecondMoment = "second/";
    public const string StepCounts = "steps";
    public const string TimestepState = "timestep_sampler";

    public static string Average(int number) => FormattableString.Invariant($"average-{number}.safetensors");
}
