namespace Ddpm.Inference;

/// <summary>How <see cref="InferenceModel.Load(string, InferenceLoadOptions?)"/> reads.</summary>
public sealed record InferenceLoadOptions
{
    /// <summary>With the folder's own process.</summary>
    public static InferenceLoadOptions Default { get; } = new();

    /// <summary>The process, in place of the folder's own; needed for a folder that holds a network alone.</summary>
    /// <value>Null: the folder's.</value>
    public ProcessDescription? Process { get; init; }

    /// <summary>What the names of the weights begin with in the file, such as "module.". Tensors under other names are left out.</summary>
    /// <value>Null: nothing.</value>
    public string? WeightPrefix { get; init; }

    /// <summary>
    /// Whether the weights are compared with the digest that this library wrote beside them, which reads them once more and loads the
    /// system's cryptography.
    /// </summary>
    /// <value>True.</value>
    public bool VerifyDigest { get; init; } = true;
}
