using System.Runtime.Intrinsics;

namespace Ddpm.Inference;

/// <summary>How many numbers a plan's kernels compute with at once.</summary>
internal static class VectorWidth
{
    /// <summary>Gets what the processor computes with at most: 16 (AVX-512), 8 (AVX2), 4 (ARM64, SSE, WebAssembly) or 1.</summary>
    public static int Best { get; } =
        Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1;

    /// <summary>Gets all that the processor computes with, the best first.</summary>
    public static IReadOnlyList<int> All { get; } = [.. new[] { 16, 8, 4, 1 }.Where(lanes => lanes <= Best)];
}
