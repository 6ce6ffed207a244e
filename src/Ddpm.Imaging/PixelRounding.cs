namespace Ddpm.Imaging;

/// <summary>How a value in [-1, 1] becomes a byte. The choice moves a published FID slightly, so state it.</summary>
public enum PixelRounding
{
    /// <summary>255 (x/2 + ½), rounded half to even: diffusers. Gives back every pixel that x/127.5 - 1 made.</summary>
    Nearest,

    /// <summary>(x + 1) · 127.5, truncated: Ho et al. and improved-diffusion. Pixels 1 … 63 come back one lower.</summary>
    Truncate,
}
