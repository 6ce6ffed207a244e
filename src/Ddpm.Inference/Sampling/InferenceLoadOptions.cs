namespace Ddpm.Inference;

/// <summary>How <see cref="InferenceModel.Load(string, InferenceLoadOptions?)"/> reads.</summary>
public sealed record InferenceLoadOptions
{
    /// <summary>Gets the defaults: the folder's own process.</summary>
    public static InferenceLoadOptions Default { get; } = new();

    /// <summary>Gets the process to use in place of the folder's own; a folder that holds only a network needs it.</summary>
    /// <value>Default: null (the folder's).</value>
    public ProcessDescription? Process { get; init; }

    /// <summary>Gets the prefix of the weights' names in the file, such as "module.". Tensors with other names are left out.</summary>
    /// <value>Default: null (nothing).</value>
    public string? WeightPrefix { get; init; }

    /// <summary>
    /// Gets the variant of the weights, such as "non_ema" for diffusion_pytorch_model.non_ema.safetensors. If a folder has variants only,
    /// the error lists them.
    /// </summary>
    /// <value>Default: null (the file without a variant, or fp16 if it is all there is).</value>
    public string? Variant { get; init; }

    /// <summary>
    /// Gets whether the weights are compared with the digest that this library saves with them, which reads them once more and loads the
    /// system's cryptography.
    /// </summary>
    /// <value>Default: true.</value>
    public bool VerifyDigest { get; init; } = true;
}
