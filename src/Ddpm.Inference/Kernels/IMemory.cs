namespace Ddpm.Inference;

/// <summary>How numbers lie in memory: kernels compute in float32 whatever they read and write.</summary>
internal unsafe interface IMemory<T>
    where T : unmanaged
{
    static abstract TLanes Load<TLanes>(T* source)
        where TLanes : unmanaged, ILanes<TLanes>;

    static abstract void Store<TLanes>(TLanes value, T* target)
        where TLanes : unmanaged, ILanes<TLanes>;
}
