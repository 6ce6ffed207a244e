using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>How <see cref="ModelFolder.Load(string, LoadOptions?)"/> reads.</summary>
public sealed record LoadOptions
{
    /// <summary>Strict, with the folder's own process.</summary>
    public static LoadOptions Default { get; } = new();

    /// <summary>
    /// Whether a tensor that is missing, unexpected or of another shape is an error. Otherwise the <see cref="LoadReport"/> lists it.
    /// </summary>
    /// <value>True.</value>
    public bool Strict { get; init; } = true;

    /// <summary>The process, in place of the folder's own; needed for a folder that holds a network alone.</summary>
    /// <value>Null: the folder's.</value>
    public ReverseDiffusion? Process { get; init; }

    /// <summary>
    /// What the names of the weights begin with in the file, such as "module." (DataParallel), "_orig_mod." (torch.compile) or "ema_model."
    /// (ema-pytorch). Tensors under other names are left out. An error for a file with such names says which they are.
    /// </summary>
    /// <value>Null: nothing.</value>
    public string? WeightPrefix { get; init; }
}
