namespace Ddpm.Imaging;

/// <summary>Chooses how a value in [-1, 1] becomes a byte. The choice changes a published FID slightly, so state it.</summary>
public enum PixelRounding
{
    /// <summary>
    /// Computes 255 (x/2 + ½), rounded half to even, as diffusers does. It restores every pixel that x/127.5 - 1 converted.
    /// </summary>
    Nearest,

    /// <summary>Computes (x + 1) · 127.5, truncated, as Ho et al. and improved-diffusion do. Pixels 1 … 63 come back one lower.</summary>
    Truncate,
}
