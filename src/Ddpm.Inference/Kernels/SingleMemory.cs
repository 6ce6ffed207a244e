using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>float32 in memory.</summary>
internal readonly unsafe struct SingleMemory : IMemory<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(float* source)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, float* target)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, target);
}
