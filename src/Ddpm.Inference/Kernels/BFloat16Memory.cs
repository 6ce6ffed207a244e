using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>bfloat16 in memory.</summary>
internal readonly unsafe struct BFloat16Memory : IMemory<BFloat16>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(BFloat16* source)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, BFloat16* target)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, target);
}
