using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>One number.</summary>
internal readonly unsafe struct Lanes32(float value) : ILanes<Lanes32>
{
    private readonly float value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    public static Lanes32 Create(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32 Load(BFloat16* source) => new(BitConverter.UInt32BitsToSingle((uint)source->Bits << 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes32 value, float* target) => *target = value.value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes32 value, BFloat16* target)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value.value);
        *target = new BFloat16((ushort)((bits + ((bits >> 16) & 1) + 0x7FFF) >> 16));
    }

    public static Lanes32 operator +(Lanes32 left, Lanes32 right) => new(left.value + right.value);

    public static Lanes32 operator -(Lanes32 left, Lanes32 right) => new(left.value - right.value);

    public static Lanes32 operator *(Lanes32 left, Lanes32 right) => new(left.value * right.value);

    public static Lanes32 operator /(Lanes32 left, Lanes32 right) => new(left.value / right.value);

    public static Lanes32 MultiplyAdd(Lanes32 a, Lanes32 b, Lanes32 c) => new(float.MultiplyAddEstimate(a.value, b.value, c.value));

    public static Lanes32 Clamp(Lanes32 value, Lanes32 least, Lanes32 most) =>
        new(float.MinNative(float.MaxNative(value.value, least.value), most.value));

    public static Lanes32 PowerOfTwo(Lanes32 n) => new(BitConverter.Int32BitsToSingle(((int)n.value + 127) << 23));
}
