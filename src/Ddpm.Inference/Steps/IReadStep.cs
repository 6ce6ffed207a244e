namespace Ddpm.Inference;

/// <summary>Reads numbers of the caller.</summary>
internal unsafe interface IReadStep
{
    /// <summary>The caller's numbers, contiguous; set before each prediction.</summary>
    float* Source { set; }
}
