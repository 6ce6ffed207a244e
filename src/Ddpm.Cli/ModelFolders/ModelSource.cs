using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.ModelFolders;

/// <summary>A model folder as commands name it, with the options that say what its files do not.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Options">The options.</param>
internal sealed record ModelSource(string Folder, ModelFolderOptions Options)
{
    private const string WithoutProcess = "holds a network alone: it has no scheduler/scheduler_config.json";

    /// <summary>Gets what the names of the weights begin with; null for nothing.</summary>
    public string? WeightPrefix => Options.WeightPrefix;

    /// <summary>Gets the options that decide the weights and the process, apart from the folder: none by default.</summary>
    public IEnumerable<(string Name, string Value)> Settings
    {
        get
        {
            if (Options.WeightPrefix is { } prefix) yield return ("weight-prefix", prefix);
            if (Options.Variant is { } variant) yield return ("variant", variant);
            if (Options.Schedule.Words is { } words) yield return ("schedule", words);
        }
    }

    /// <summary>Gets which model it is, as text: another model has another.</summary>
    public string Identity => string.Join("; ", Settings.Select(setting => setting.Value).Prepend(FolderDigest.Of(Folder)));

    /// <summary>Reads the configurations, with the process that the options state where the folder has none.</summary>
    /// <exception cref="UsageException">The folder states its process and the options another.</exception>
    /// <exception cref="InvalidDataException">
    /// A configuration is damaged, or neither the folder nor the options state a process.
    /// </exception>
    public ModelDescription Describe() => Read() is { Process: not null } description ? description : throw new InvalidDataException(
        $"{Folder} {WithoutProcess} of the process that it was trained for: give --schedule {KnownSchedules.Names[0]}, or another, with "
        + "--timesteps, --beta-start, --beta-end, --prediction and --variance where they were not the defaults.");

    /// <summary>Reads the configurations as <see cref="Describe"/> does, but a process may be missing.</summary>
    /// <exception cref="UsageException">The folder states its process and the options another.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged.</exception>
    public ModelDescription Read()
    {
        if (File.Exists(Folder)) throw new DirectoryNotFoundException($"{Folder} is a file, not a model folder.");
        string model = Path.Combine(Folder, "model");
        if (File.Exists(Path.Combine(model, ModelLayout.Index)) && !File.Exists(Path.Combine(Folder, ModelLayout.Index)))
        {
            throw new InvalidDataException($"{Folder} is no model folder, but holds one: {model}.");
        }

        ModelDescription description = ModelDescription.Read(Folder);
        if (Options.Schedule.Process(description.Network) is not { } given) return description;
        if (description.Process is null) return description with { Process = given };
        throw new UsageException(
            $"--schedule goes with a network alone, but {Folder} states its process in {ModelLayout.SchedulerConfiguration}.");
    }

    /// <summary>Gives the process where the options state it; null where the folder does.</summary>
    public ProcessDescription? Given(ModelDescription description) => Options.Schedule.Schedule is null ? null : description.Process;

    /// <summary>Loads the model; the caller disposes it.</summary>
    /// <exception cref="InvalidDataException">The folder holds no such model; the message says what does not fit.</exception>
    public TrainedModel Load()
    {
        ModelDescription description = Describe();
        if (WeightPrefix is null) RequirePrefix(Prefixes());
        return ModelFolder.Load(Folder, Loading(description));
    }

    /// <summary>Throws where the network is given tensors, which bits/dim would need for each image.</summary>
    /// <exception cref="NotSupportedException">The network has conditions.</exception>
    public void RequireNoConditions(UNetOptions network)
    {
        if (network.Conditions.IsEmpty) return;
        string names = string.Join(", ", network.Conditions.Select(condition => condition.Name));
        throw new NotSupportedException(
            $"{Folder} must be a model without conditions, but its network is given {names}: a program of yours computes its bits/dim with "
            + $"{nameof(ConditionedModel)}.");
    }

    /// <summary>How the folder is loaded into tensors.</summary>
    public LoadOptions Loading(ModelDescription description) => new()
    {
        WeightPrefix = WeightPrefix,
        Variant = Options.Variant,
        Process = Given(description)?.ToProcess(),
    };

    /// <summary>Throws where the folder has its weights under a prefix and none was given.</summary>
    /// <param name="prefixes">The prefixes under which the folder has weights.</param>
    /// <exception cref="InvalidDataException">The message says which prefix to give.</exception>
    public void RequirePrefix(ImmutableArray<string> prefixes)
    {
        if (WeightPrefix is null && prefixes is [var first, ..] all)
        {
            string others = all.Length > 1 ? $", and {all.Length - 1} more prefixes" : "";
            throw new InvalidDataException(
                $"{Folder} has its weights under names that begin with \"{first}\"{others}: load them with --weight-prefix {first}");
        }
    }

    /// <summary>The prefixes under which the folder has a network's weights; none where it has them without.</summary>
    public ImmutableArray<string> Prefixes()
    {
        using ModelWeights weights = Open(ModelDescription.Read(Folder).Network, null);
        return weights.Prefixes;
    }

    /// <summary>Opens the weights under a prefix.</summary>
    public ModelWeights Open(UNetOptions network, string? prefix) => ModelWeights.Open(Folder, network, prefix, Options.Variant);
}
