namespace Ddpm.Inference;

/// <summary>
/// Represents the output of a layer of a described network: features of the example, [B, C, …], or a vector of each example that depends
/// only on its timestep, label and vectors that the caller gives, [B, C].
/// </summary>
public sealed class Feature
{
    internal Feature(Operation operation, int index, int channels, int? halvings)
    {
        Operation = operation;
        Index = index;
        Channels = channels;
        Halvings = halvings;
    }

    /// <summary>Gets the number of channels C.</summary>
    public int Channels { get; }

    /// <summary>Gets whether the feature is a vector that depends on no pixel, [B, C].</summary>
    public bool IsConditioning => Halvings is null;

    /// <summary>What computes the feature.</summary>
    internal Operation Operation { get; }

    /// <summary>The place of the feature in its network, in the order in which a prediction computes them.</summary>
    internal int Index { get; }

    /// <summary>How often the example's size has been halved; null for a conditioning vector.</summary>
    internal int? Halvings { get; }
}
