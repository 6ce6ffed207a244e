namespace Ddpm.Tests;

/// <summary>
/// A fact about attention in bfloat16. libtorch packs for the units that the processor has and then refuses, "only supported when avx512",
/// where ATEN_CPU_CAPABILITY forbids their use; a processor without such units takes another path and runs the test.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BFloat16FactAttribute : FactAttribute
{
    public BFloat16FactAttribute()
    {
        if (Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") is { Length: > 0 } forced and not ("avx512" or "AVX512"))
        {
            Skip = $"ATEN_CPU_CAPABILITY is {forced}: libtorch's attention in bfloat16 fails on processors with units for it.";
        }
    }
}
