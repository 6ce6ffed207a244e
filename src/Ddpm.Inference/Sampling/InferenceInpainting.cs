using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Fills in the unknown part of examples, as RePaint does (Lugmayr et al. 2022, arXiv:2201.09865).</summary>
/// <param name="X0">
/// The examples, [Count, …], or [1, …] for all samples; values in the unknown part have no effect. The result holds the known part exactly.
/// </param>
/// <param name="Known">The mask of known numbers: a mask of pixels, [H, W] or [L], of one sample, or of all of them.</param>
public sealed record InferenceInpainting(ReadOnlyMemory<float> X0, ReadOnlyMemory<bool> Known)
{
    /// <summary>Gets the settings for going back and forth.</summary>
    /// <value>Default: the paper's.</value>
    public InpaintingOptions Options { get; init; } = InpaintingOptions.Default;
}
