using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>How <see cref="ModelFolder.Load(string, LoadOptions?)"/> reads.</summary>
public sealed record LoadOptions
{
    /// <summary>Gets the defaults: strict reading, with the folder's own process.</summary>
    public static LoadOptions Default { get; } = new();

    /// <summary>
    /// Gets whether a tensor that is missing, unexpected or of another shape is an error. Otherwise the <see cref="LoadReport"/> lists it.
    /// </summary>
    /// <value>Default: true.</value>
    public bool Strict { get; init; } = true;

    /// <summary>Gets the process to use in place of the folder's own; a folder that holds only a network needs it.</summary>
    /// <value>Default: null (the folder's).</value>
    public ReverseDiffusion? Process { get; init; }

    /// <summary>
    /// Gets the prefix of the weights' names in the file, such as "module." (DataParallel), "_orig_mod." (torch.compile) or "ema_model."
    /// (ema-pytorch). Tensors with other names are left out. If a file needs a prefix, the error names it.
    /// </summary>
    /// <value>Default: null (nothing).</value>
    public string? WeightPrefix { get; init; }

    /// <summary>
    /// Gets the variant of the weights, such as "non_ema" for diffusion_pytorch_model.non_ema.safetensors. If a folder has variants only,
    /// the error lists them.
    /// </summary>
    /// <value>Default: null (the file without a variant, or fp16 if it is all there is).</value>
    public string? Variant { get; init; }
}
