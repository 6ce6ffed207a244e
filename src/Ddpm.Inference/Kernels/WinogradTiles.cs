using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// F(2×2, 3×3): 16 products for 2×2 results in place of 36 (Lavin and Gray 2016, arXiv:1509.09308, sec. 4.1). Its transforms only add, so
/// that it rounds like the plain sum; larger tiles save more and lose digits.
/// </summary>
internal readonly unsafe struct WinogradTiles : ITileTransform
{
    public static int Inputs => 4;

    public static int Products => 4;

    public static int Results => 2;

    public static int Step => 2;

    public static ReadOnlySpan<double> Weights => [1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLanes>(float** pixels, int channel, float* target, long stride, float* side)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes b0 = TLanes.Load(pixels[4] + channel), b1 = TLanes.Load(pixels[5] + channel), b2 = TLanes.Load(pixels[6] + channel),
            b3 = TLanes.Load(pixels[7] + channel);
        TLanes c0 = TLanes.Load(pixels[8] + channel), c1 = TLanes.Load(pixels[9] + channel), c2 = TLanes.Load(pixels[10] + channel),
            c3 = TLanes.Load(pixels[11] + channel);
        Row(b0 + c0, b1 + c1, b2 + c2, b3 + c3, target + 4 * stride, stride);
        Row(c0 - b0, c1 - b1, c2 - b2, c3 - b3, target + 8 * stride, stride);
        TLanes a0 = TLanes.Load(pixels[0] + channel), a1 = TLanes.Load(pixels[1] + channel), a2 = TLanes.Load(pixels[2] + channel),
            a3 = TLanes.Load(pixels[3] + channel);
        Row(a0 - c0, a1 - c1, a2 - c2, a3 - c3, target, stride);
        TLanes d0 = TLanes.Load(pixels[12] + channel), d1 = TLanes.Load(pixels[13] + channel), d2 = TLanes.Load(pixels[14] + channel),
            d3 = TLanes.Load(pixels[15] + channel);
        Row(b0 - d0, b1 - d1, b2 - d2, b3 - d3, target + 12 * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InverseTransform<TLanes>(float* sums, long stride, float* results)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Column<TLanes>(sums, stride, out TLanes top0, out TLanes bottom0);
        Column<TLanes>(sums + stride, stride, out TLanes top1, out TLanes bottom1);
        Column<TLanes>(sums + 2 * stride, stride, out TLanes top2, out TLanes bottom2);
        Column<TLanes>(sums + 3 * stride, stride, out TLanes top3, out TLanes bottom3);
        TLanes.Store(top0 + top1 + top2, results);
        TLanes.Store(top1 - top2 - top3, results + TLanes.Count);
        TLanes.Store(bottom0 + bottom1 + bottom2, results + 4 * TLanes.Count);
        TLanes.Store(bottom1 - bottom2 - bottom3, results + 5 * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TLanes>(TLanes a, TLanes b, TLanes c, TLanes d, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes.Store(a - c, target);
        TLanes.Store(b + c, target + stride);
        TLanes.Store(c - b, target + 2 * stride);
        TLanes.Store(b - d, target + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<TLanes>(float* sums, long stride, out TLanes top, out TLanes bottom)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes b = TLanes.Load(sums + 4 * stride), c = TLanes.Load(sums + 8 * stride);
        top = TLanes.Load(sums) + b + c;
        bottom = b - c - TLanes.Load(sums + 12 * stride);
    }
}
