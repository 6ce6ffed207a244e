using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// A network, written once: the layers between x_t and the prediction. The same description trains as a module of TorchSharp, predicts in
/// managed kernels and names the weights of a file.
/// </summary>
/// <remarks>A description holds no weights and does not change: it gives the same layers whenever it is asked.</remarks>
public interface INetworkDescription
{
    /// <summary>
    /// The axes of an example beside its channels: 2 for images [C, H, W], 1 for signals [C, L], 0 for vectors [C]. Range: 0 to 2.
    /// </summary>
    int SpatialDimensions => 2;

    /// <summary>The channels of x_t. Range: ≥ 1.</summary>
    int InChannels { get; }

    /// <summary>The number of classes whose labels the network takes; 0 for none. Range: ≥ 0.</summary>
    int ClassCount => 0;

    /// <summary>The names of the classes; null where they have numbers only.</summary>
    ClassNames? ClassNames => null;

    /// <summary>Whether the class embedding has a row for "no class" after those of the classes.</summary>
    bool HasNullLabel => false;

    /// <summary>
    /// Names that change places in the state dict: among siblings that stand here, the earlier one comes first. All others keep the order
    /// in which <see cref="Describe"/> mentions them.
    /// </summary>
    IReadOnlyList<string> NameOrder => [];

    /// <summary>Adds the layers.</summary>
    /// <param name="net">Gives the inputs and takes the layers.</param>
    /// <returns>The prediction, in the size of <see cref="NetworkBuilder.Input"/>.</returns>
    Feature Describe(NetworkBuilder net);
}
