using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.ModelFolders;

/// <summary>A model folder as commands name it, and what the names of its weights begin with.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="WeightPrefix">The prefix; null for none.</param>
internal sealed record ModelSource(string Folder, string? WeightPrefix)
{
    /// <summary>States <c>--weight-prefix</c>.</summary>
    public static string? ReadPrefix(OptionReader read) => read.Text(
        "--weight-prefix",
        "prefix",
        "What the names of the weights begin with, such as module. (DataParallel), _orig_mod. (torch.compile) or ema_model.; "
            + "tensors under other names are left out");

    /// <summary>Loads the model; the caller disposes it.</summary>
    /// <exception cref="InvalidDataException">The folder holds no such model; the message says what does not fit.</exception>
    public TrainedModel Load()
    {
        if (WeightPrefix is null) RequirePrefix(Prefixes());
        return ModelFolder.Load(Folder, new LoadOptions { WeightPrefix = WeightPrefix });
    }

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
        using ModelWeights weights = ModelWeights.Open(Folder, ModelDescription.Read(Folder).Network);
        return weights.Prefixes;
    }
}
