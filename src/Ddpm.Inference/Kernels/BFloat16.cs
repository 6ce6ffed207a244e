namespace Ddpm.Inference;

/// <summary>The upper half of a float32, as it lies in memory.</summary>
internal readonly record struct BFloat16(ushort Bits);
