using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Takes part in every step of a sampling run, for guidance, constraints or inspection.</summary>
public interface IStepHook
{
    /// <summary>
    /// Sees x̂_0 before x_{t-1} is formed from it, and may replace it; once for each call of the network, of which samplers with Langevin
    /// steps make several.
    /// </summary>
    /// <param name="info">The step.</param>
    /// <param name="x0">x̂_0 after clipping, [B, …]; do not modify or dispose it.</param>
    /// <returns>A fresh tensor to use instead; null: no change.</returns>
    Tensor? ReplaceX0(SamplingStepInfo info, Tensor x0) => null;

    /// <summary>Sees x_{t-1} after the step, and may replace it.</summary>
    /// <param name="info">The step.</param>
    /// <param name="previous">x_{t-1}, [B, …]; do not modify or dispose it.</param>
    /// <returns>A fresh tensor to use instead; null: no change.</returns>
    Tensor? ReplacePrevious(SamplingStepInfo info, Tensor previous) => null;
}
