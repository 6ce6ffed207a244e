namespace Ddpm.Inference;

/// <summary>What computes a <see cref="Feature"/> of others. Each interpreter of networks knows each kind.</summary>
internal abstract class Operation(params Feature[] inputs)
{
    /// <summary>Gets the features it reads, in order.</summary>
    public IReadOnlyList<Feature> Inputs => inputs;

    /// <summary>Gets its weights, in the order in which training draws them.</summary>
    public virtual IReadOnlyList<ParameterShape> Parameters => [];
}
