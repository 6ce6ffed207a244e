using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>One layer of a network in training: it computes a feature, and later the gradients of what it read.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="inputs">The features that it reads.</param>
/// <param name="operations">The features that it computes, in order; all but the last are read by the next one alone.</param>
internal abstract class GradientLayer(Feature feature, IReadOnlyList<Feature> inputs, params Operation[] operations)
{
    /// <summary>Gets what it computes.</summary>
    public Feature Feature => feature;

    /// <summary>Gets the features that it reads.</summary>
    public IReadOnlyList<Feature> Inputs => inputs;

    /// <summary>Gets its weights.</summary>
    public IReadOnlyList<ParameterShape> Parameters { get; } = [.. operations.SelectMany(operation => operation.Parameters)];

    /// <summary>Computes the feature; a fresh tensor without history.</summary>
    /// <param name="part">What the network is given, and what of it needs gradients.</param>
    /// <param name="values">The features that it reads.</param>
    /// <param name="saved">Takes what the gradients need, each a fresh tensor.</param>
    public abstract Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved);

    /// <summary>Computes the feature by operations of libtorch, with history.</summary>
    /// <param name="part">What the network was given.</param>
    /// <param name="values">The features that it reads.</param>
    /// <param name="saved">What <see cref="Forward"/> saved.</param>
    public abstract Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved);

    /// <summary>Returns the gradient of each feature that it read; null for those that need none.</summary>
    /// <param name="part">What the network was given; takes the gradients of weights.</param>
    /// <param name="gradient">The gradient of the feature.</param>
    /// <param name="saved">What <see cref="Forward"/> saved.</param>
    public abstract Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved);
}
