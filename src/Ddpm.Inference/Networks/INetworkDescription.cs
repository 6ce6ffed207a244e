using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Describes a network once: the layers between x_t and the prediction. The same description trains as a module of TorchSharp, predicts in
/// managed kernels and names the weights of a file.
/// </summary>
/// <remarks>A description holds no weights and does not change: it gives the same layers at every call.</remarks>
public interface INetworkDescription
{
    /// <summary>
    /// Gets the number of axes of an example besides its channels: 2 for images [C, H, W], 1 for signals [C, L], 0 for vectors [C]. Range:
    /// 0 to 2.
    /// </summary>
    int SpatialDimensions => 2;

    /// <summary>Gets the channels of x_t. Range: ≥ 1.</summary>
    int InChannels { get; }

    /// <summary>Gets the number of classes whose labels the network takes; 0: none. Range: ≥ 0.</summary>
    int ClassCount => 0;

    /// <summary>Gets the names of the classes; null where they have numbers only.</summary>
    ClassNames? ClassNames => null;

    /// <summary>Gets whether the class embedding has a row for "no class" after those of the classes.</summary>
    bool HasNullLabel => false;

    /// <summary>Gets the tensors that the network is given for each example, which <see cref="NetworkBuilder.Condition"/> reads.</summary>
    IReadOnlyList<NetworkCondition> Conditions => [];

    /// <summary>
    /// Gets names that are reordered in the state dict: siblings in this list follow its order. All others keep the order in which
    /// <see cref="Describe"/> mentions them.
    /// </summary>
    IReadOnlyList<string> NameOrder => [];

    /// <summary>Adds the layers of the network.</summary>
    /// <param name="net">The builder, which gives the inputs and receives the layers.</param>
    /// <returns>The prediction, in the size of <see cref="NetworkBuilder.Input"/>.</returns>
    Feature Describe(NetworkBuilder net);
}
