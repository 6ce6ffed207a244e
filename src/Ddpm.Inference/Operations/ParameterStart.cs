namespace Ddpm.Inference;

/// <summary>How training begins with a weight.</summary>
internal enum ParameterStart
{
    /// <summary>Drawn uniformly, the variance scaled by the mean of fan-in and fan-out.</summary>
    Uniform,

    /// <summary>Drawn from N(0, 1).</summary>
    Normal,

    /// <summary>0 everywhere.</summary>
    Zeros,

    /// <summary>1 everywhere.</summary>
    Ones,
}
