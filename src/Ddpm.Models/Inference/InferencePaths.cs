namespace Ddpm.Models;

/// <summary>Which ways a plan may go besides libtorch's own operations; all of them unless a test says otherwise.</summary>
internal sealed record InferencePaths
{
    public static InferencePaths All { get; } = new();

    /// <summary>Only libtorch's public operations.</summary>
    public static InferencePaths Stock { get; } = new() { PackedConvolutions = false, FusedNorms = false, SubPixelUpsampling = false, BatchParts = false };

    public bool PackedConvolutions { get; init; } = true;

    public bool FusedNorms { get; init; } = true;

    public bool SubPixelUpsampling { get; init; } = true;

    public bool BatchParts { get; init; } = true;
}
