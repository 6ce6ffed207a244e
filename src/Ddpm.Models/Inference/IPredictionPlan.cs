using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A network that is ready to predict at one shape. Dispose it to free what was made for that.</summary>
internal interface IPredictionPlan : IDisposable
{
    /// <summary>The prediction, float32 [B, Cout, H, W], contiguous; a fresh tensor.</summary>
    /// <param name="x">x_t, float32 [B, C, H, W].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding; null where the network knows none.</param>
    Tensor Predict(Tensor x, Tensor t, Tensor? labels);
}
