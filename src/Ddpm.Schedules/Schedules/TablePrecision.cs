namespace Ddpm.Core;

/// <summary>In which arithmetic <see cref="DiffusionCoefficients"/> computes its tables.</summary>
public enum TablePrecision
{
    /// <summary>float64 throughout: the right choice unless the numbers of another program must be met.</summary>
    DoublePrecision,

    /// <summary>
    /// float32 throughout, by the formulas and in the order of diffusers' schedulers, so that their printed tables come out:
    /// the step's β is recomputed as 1 - ᾱ_t/ᾱ_{t-1}, which puts it up to 3e-3 relative off.
    /// </summary>
    SinglePrecision,
}
