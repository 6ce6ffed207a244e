namespace Ddpm.Core;

/// <summary>What came of <see cref="ElfVersionNeeds.Weaken"/>.</summary>
internal enum ElfEditResult
{
    /// <summary>The need is weak now.</summary>
    Weakened,

    /// <summary>The need was weak before; nothing was changed.</summary>
    AlreadyWeak,

    /// <summary>The file does not need that version; nothing was changed.</summary>
    VersionNotNeeded,

    /// <summary>The file needs no versions at all; nothing was changed.</summary>
    NoVersionNeeds,

    /// <summary>The file uses a symbol of that version, so that it would break later; nothing was changed.</summary>
    VersionInUse,

    /// <summary>The file is not ELF; nothing was changed.</summary>
    NotElf,

    /// <summary>The file is ELF, but not 64-bit little-endian x86-64; nothing was changed.</summary>
    OtherArchitecture,

    /// <summary>The file ends too early or contradicts itself; nothing was changed.</summary>
    Malformed,
}
