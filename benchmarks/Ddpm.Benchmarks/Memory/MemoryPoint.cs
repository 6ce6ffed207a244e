namespace Ddpm.Benchmarks;

/// <summary>What was resident after a step, in bytes.</summary>
internal sealed record MemoryPoint(int Step, long Bytes);
