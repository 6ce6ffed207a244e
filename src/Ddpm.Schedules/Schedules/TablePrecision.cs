namespace Ddpm.Core;

/// <summary>Chooses the arithmetic in which <see cref="DiffusionCoefficients"/> computes its tables.</summary>
public enum TablePrecision
{
    /// <summary>Computes in float64 throughout: the right choice, unless the numbers of another program must be reproduced.</summary>
    DoublePrecision,

    /// <summary>
    /// Computes in float32 throughout, with the formulas and the order of diffusers' schedulers, to reproduce their tables: the step's β is
    /// recomputed as 1 - ᾱ_t/ᾱ_{t-1}, with a relative error of up to 3e-3.
    /// </summary>
    SinglePrecision,
}
