using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Predicts with conditions of each example: its class (Ho and Salimans 2022, arXiv:2207.12598), and named tensors such as a small picture
/// (arXiv:2104.07636). As an <see cref="IEpsilonModel"/>, it predicts without them.
/// </summary>
/// <remarks>A network with classes alone implements <see cref="Predict(Tensor, Tensor, Tensor)"/>.</remarks>
public interface IConditionalEpsilonModel : IEpsilonModel
{
    /// <summary>Gets the number of classes; 0 for a network without classes.</summary>
    int ClassCount { get; }

    /// <summary>Gets whether the network can predict without a class, which guidance needs.</summary>
    bool HasNullLabel => true;

    /// <summary>Gets the tensors that the network is given for each example.</summary>
    /// <value>Default: none.</value>
    IReadOnlyList<NetworkCondition> Conditions => [];

    /// <summary>Predicts the noise in <paramref name="xt"/>.</summary>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps, as for <see cref="IEpsilonModel.Predict"/>.</param>
    /// <param name="labels">
    /// The class of each example, int64 [B]. Range: 0 … <see cref="ClassCount"/> - 1, or -1 for an example without a class; null for a
    /// batch without classes.
    /// </param>
    /// <returns>The prediction, as of <see cref="IEpsilonModel.Predict"/>. A fresh tensor.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the batch or the network.</exception>
    Tensor Predict(Tensor xt, Tensor t, Tensor? labels);

    /// <summary>Predicts the noise in <paramref name="xt"/> under all conditions.</summary>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps, as for <see cref="IEpsilonModel.Predict"/>.</param>
    /// <param name="conditions">The classes, and a tensor for each of <see cref="Conditions"/>.</param>
    /// <returns>The prediction, as of <see cref="IEpsilonModel.Predict"/>. A fresh tensor.</returns>
    /// <exception cref="ArgumentException">The conditions do not fit the batch or the network.</exception>
    Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions) => Predict(xt, t, conditions.Labels);
}
