namespace Ddpm.Core;

/// <summary>What a multistep method keeps of earlier steps.</summary>
internal enum RememberedValue
{
    /// <summary>Nothing: a step follows from x_t and the network's output alone.</summary>
    None,

    /// <summary>x̂_0 as the steps used it, after clipping.</summary>
    X0,

    /// <summary>ε.</summary>
    Epsilon,
}
