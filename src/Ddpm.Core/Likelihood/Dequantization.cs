namespace Ddpm.Core;

/// <summary>Names what the density of an image of bytes is taken at.</summary>
public enum Dequantization
{
    /// <summary>
    /// At a point of the byte's bin, drawn uniformly, 1/127.5 wide in [-1, 1]: the mean of -log₂ p over the draws is an upper bound on the
    /// bits of the bytes (Theis et al. 2016, arXiv:1511.01844).
    /// </summary>
    Uniform,

    /// <summary>At the middle of the bin, the pixels as they are: the bits of a density, which bound nothing.</summary>
    None,
}
