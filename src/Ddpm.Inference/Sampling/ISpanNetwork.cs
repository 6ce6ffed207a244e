using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// A network on plain memory that something else computes, such as ONNX Runtime: the seam below <see cref="InferenceSampler"/>. Several
/// samplers may ask at once.
/// </summary>
public interface ISpanNetwork
{
    /// <summary>Gets the axes of an example beside its channels: 2 for images, 1 for signals, 0 for vectors. Range: 0 to 2.</summary>
    int SpatialDimensions { get; }

    /// <summary>Gets the channels of x_t. Range: ≥ 1.</summary>
    int InChannels { get; }

    /// <summary>Gets the channels of the prediction: as many, or twice as many where the variance is learned too. Range: ≥ 1.</summary>
    int OutChannels { get; }

    /// <summary>Gets what the sizes of an example must be multiples of. Range: ≥ 1.</summary>
    int SizeMultiple => 1;

    /// <summary>Gets the number of classes whose labels the network takes; 0 for none.</summary>
    int ClassCount => 0;

    /// <summary>Gets the names of the classes; null where they have numbers only.</summary>
    ClassNames? ClassNames => null;

    /// <summary>Gets whether the label after the last class stands for no class.</summary>
    bool HasNullLabel => false;

    /// <summary>Gets the tensors that the network is given for each example.</summary>
    /// <value>Default: none.</value>
    IReadOnlyList<NetworkCondition> Conditions => [];

    /// <summary>Makes the network ready for a shape, so that the first prediction takes no longer than others.</summary>
    /// <param name="shape">The shape of x_t, [B, C, …].</param>
    /// <exception cref="ArgumentException">The network does not take the shape.</exception>
    void Prepare(ReadOnlySpan<int> shape)
    {
    }

    /// <summary>Predicts the output for noisy examples, of a network without conditions.</summary>
    /// <param name="x">x_t, the last axis fastest.</param>
    /// <param name="shape">Its shape, [B, C, …].</param>
    /// <param name="timesteps">The timesteps, [B].</param>
    /// <param name="labels">The classes, [B]; <see cref="ClassCount"/> for no class. Empty where the network knows none.</param>
    /// <param name="prediction">Receives the prediction, [B, Cout, …].</param>
    /// <exception cref="ArgumentException">The network does not take the shape.</exception>
    void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels, Span<float> prediction);

    /// <summary>Predicts the output for noisy examples under conditions. Samplers call it for a network that has some.</summary>
    /// <param name="x">x_t, the last axis fastest.</param>
    /// <param name="shape">Its shape, [B, C, …].</param>
    /// <param name="timesteps">The timesteps, [B].</param>
    /// <param name="labels">The classes, [B]; <see cref="ClassCount"/> for no class. Empty where the network knows none.</param>
    /// <param name="conditions">
    /// The numbers of each of <see cref="Conditions"/>, in their order: [B, C, …], or [B, C] for a vector. Zeros stand for a condition that
    /// is absent.
    /// </param>
    /// <param name="prediction">Receives the prediction, [B, Cout, …].</param>
    /// <exception cref="ArgumentException">The network does not take the shape.</exception>
    void Predict(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> shape,
        ReadOnlySpan<float> timesteps,
        ReadOnlySpan<long> labels,
        ReadOnlySpan<ReadOnlyMemory<float>> conditions,
        Span<float> prediction)
    {
        if (!conditions.IsEmpty) throw new NotSupportedException($"{GetType().Name} has conditions, but does not predict under them.");
        Predict(x, shape, timesteps, labels, prediction);
    }
}
