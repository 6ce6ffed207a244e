using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Fills in the unknown part of examples, as RePaint does (Lugmayr et al. 2022, arXiv:2201.09865).</summary>
/// <param name="X0">
/// The examples, [Count, …], or [1, …] for all samples; what they hold in the unknown part does not matter. The known part comes out
/// exactly.
/// </param>
/// <param name="Known">Which numbers are known: a mask of pixels, [H, W] or [L], of one sample, or of all of them.</param>
public sealed record InferenceInpainting(ReadOnlyMemory<float> X0, ReadOnlyMemory<bool> Known)
{
    /// <summary>How the run goes back and forth.</summary>
    /// <value>The paper's.</value>
    public InpaintingOptions Options { get; init; } = InpaintingOptions.Default;
}
