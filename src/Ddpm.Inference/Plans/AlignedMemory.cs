using System.Runtime.InteropServices;

namespace Ddpm.Inference;

/// <summary>float32 numbers outside the managed heap, at a cache line's beginning; zeros at first.</summary>
internal sealed unsafe class AlignedMemory : SafeHandle
{
    private const int CacheLine = 64;

    private static long live;

    /// <summary>Creates Memory for so many numbers.</summary>
    public AlignedMemory(long floats)
        : base(0, ownsHandle: true)
    {
        Floats = floats;
        nuint bytes = checked((nuint)Math.Max(floats, 1) * sizeof(float));
        void* address = NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(address, bytes);
        SetHandle((nint)address);
        Interlocked.Add(ref live, Floats);
    }

    /// <summary>Gets how many numbers all that was not disposed holds, in the whole process.</summary>
    public static long LiveFloats => Interlocked.Read(ref live);

    /// <summary>Gets how many numbers.</summary>
    public long Floats { get; }

    /// <summary>Gets the first one.</summary>
    public float* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (float*)handle;
        }
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        Interlocked.Add(ref live, -Floats);
        return true;
    }
}
