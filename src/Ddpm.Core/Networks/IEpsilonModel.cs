using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Represents the network ε_θ(x_t, t) of Ho et al. 2020 (arXiv:2006.11239) to everything that uses one. The <see cref="Prediction"/> of the
/// process says what the output means; the default is ε.
/// </summary>
public interface IEpsilonModel
{
    /// <summary>
    /// Gets whether layers that behave differently in training, such as dropout, do so now. A sampler refuses such a model, because its
    /// samples would be worse without a warning.
    /// </summary>
    bool InTrainingMode => false;

    /// <summary>Predicts the noise in <paramref name="xt"/>.</summary>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">
    /// The timesteps [B] on the device of <paramref name="xt"/>: int64, 0 ≤ t &lt; T; floating-point under a
    /// <see cref="RescaledTimeModel"/>.
    /// </param>
    /// <returns>
    /// The prediction in the shape of <paramref name="xt"/>, or with twice its channels, [B, 2C, …], when the variance is learned too; a
    /// fresh tensor.
    /// </returns>
    Tensor Predict(Tensor xt, Tensor t);

    /// <summary>Says which shape a sample must have, where the network does not take the one asked for.</summary>
    /// <param name="sampleShape">The shape asked for, without the batch axis.</param>
    /// <returns>The shape in words, such as "[3, H, W]"; null where the network takes the one asked for, or does not know.</returns>
    string? ExpectedShape(IReadOnlyList<long> sampleShape) => null;
}
