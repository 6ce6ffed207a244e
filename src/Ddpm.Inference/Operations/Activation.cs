namespace Ddpm.Inference;

/// <summary>A function of each number.</summary>
internal enum Activation
{
    /// <summary>x / (1 + e^-x) (Elfwing et al. 2017, arXiv:1702.03118).</summary>
    Silu,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>tanh x.</summary>
    Tanh,
}
