using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ddpm.Inference;

/// <summary>4 numbers.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> values) : ILanes<Lanes128>
{
    private readonly Vector128<float> values = values;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(BFloat16* source) =>
        new(Vector128.ShiftLeft(Vector128.WidenLower(Vector64.Load((ushort*)source).ToVector128Unsafe()), 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* target) => value.values.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, BFloat16* target)
    {
        Vector128<uint> bits = value.values.AsUInt32();
        Vector128<uint> odd = Vector128.ShiftRightLogical(bits, 16) & Vector128.Create(1u);
        Vector128<uint> rounded = Vector128.ShiftRightLogical(bits + odd + Vector128.Create(0x7FFFu), 16);
        Vector128.Narrow(rounded, rounded).GetLower().Store((ushort*)target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) => new(left.values + right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) => new(left.values - right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) => new(left.values * right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 left, Lanes128 right) => new(left.values / right.values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) =>
        new(Vector128.MultiplyAddEstimate(a.values, b.values, c.values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Clamp(Lanes128 value, Lanes128 least, Lanes128 most) =>
        new(Vector128.MinNative(Vector128.MaxNative(value.values, least.values), most.values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 PowerOfTwo(Lanes128 n) =>
        new(Vector128.ShiftLeft(Vector128.ConvertToInt32Native(n.values) + Vector128.Create(127), 23).AsSingle());
}
