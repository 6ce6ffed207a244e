namespace Ddpm.Models;

/// <summary>How the parameters of a new network come about.</summary>
internal enum Initialization
{
    /// <summary>Drawn from the seed.</summary>
    Drawn,

    /// <summary>Left as the memory is, for a network whose every weight is about to be read.</summary>
    Uninitialized,
}
