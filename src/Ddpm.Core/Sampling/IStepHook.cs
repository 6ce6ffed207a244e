using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Takes part in every step of a sampling run: guidance, constraints, inspection.</summary>
public interface IStepHook
{
    /// <summary>Sees x̂_0 before x_{t-1} is formed from it, and may replace it.</summary>
    /// <param name="info">The step.</param>
    /// <param name="x0">x̂_0 after clipping, [B, …]; not to be modified or disposed.</param>
    /// <returns>A fresh tensor in its place; null to leave it.</returns>
    Tensor? ReplaceX0(SamplingStepInfo info, Tensor x0) => null;

    /// <summary>Sees x_{t-1} after the step, and may replace it.</summary>
    /// <param name="info">The step.</param>
    /// <param name="previous">x_{t-1}, [B, …]; not to be modified or disposed.</param>
    /// <returns>A fresh tensor in its place; null to leave it.</returns>
    Tensor? ReplacePrevious(SamplingStepInfo info, Tensor previous) => null;
}
