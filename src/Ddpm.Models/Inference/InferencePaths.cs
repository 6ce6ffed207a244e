using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ddpm.Models;

/// <summary>Which ways a plan may go besides libtorch's own operations; all of them unless a test says otherwise.</summary>
internal sealed record InferencePaths
{
    public static InferencePaths All { get; } = new();

    /// <summary>Only libtorch's public operations.</summary>
    public static InferencePaths Stock { get; } = new() { PackedConvolutions = false, FusedNorms = false, SubPixelUpsampling = false, BatchParts = false, NativeLanes = 0 };

    /// <summary>libtorch's operations, oneDNN's packed ones too, with fused norms between them.</summary>
    public static InferencePaths Torch { get; } = new() { NativeLanes = 0 };

    public bool PackedConvolutions { get; init; } = true;

    public bool FusedNorms { get; init; } = true;

    public bool SubPixelUpsampling { get; init; } = true;

    public bool BatchParts { get; init; } = true;

    /// <summary>How many numbers the kernels of a native plan compute with at once, 16 or 8; 0 for no native plan. Without vectors of 256 bits and fused multiply-adds oneDNN is faster.</summary>
    public int NativeLanes { get; init; } = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated && Fma.IsSupported ? 8 : 0;
}
