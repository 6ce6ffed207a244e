using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// F(4×4, 3×3): 36 products for 4×4 results in place of 144. The usual points 0, ±1, ±2 and ∞ cost a digit. With 0, ±p, ±2p and ∞, p near
/// 1/√2, the numbers of the transforms stay near 1, and the error is a fifth of that (points are compared in arXiv:1803.10986).
/// </summary>
internal readonly unsafe struct LargeWinogradTiles : ITileTransform
{
    // The points ±P and ±Q. Their squares, and what is computed of them, are float32 numbers.
    private const double P = 11.0 / 16, Q = 2 * P, P2 = P * P, Q2 = Q * Q;

    // What the weights of ±P and of ±Q are divided by.
    private const double DivisorP = 2 * P2 * (P2 - Q2), DivisorQ = 2 * Q2 * (Q2 - P2);

    public static int Inputs => 6;

    public static int Products => 6;

    public static int Results => 4;

    public static int Step => 4;

    public static ReadOnlySpan<double> Weights =>
    [
        1 / (P2 * Q2), 0, 0,
        1 / DivisorP, P / DivisorP, P2 / DivisorP,
        1 / DivisorP, -P / DivisorP, P2 / DivisorP,
        1 / DivisorQ, Q / DivisorQ, Q2 / DivisorQ,
        1 / DivisorQ, -Q / DivisorQ, Q2 / DivisorQ,
        0, 0, 1,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLanes>(float** pixels, int channel, float* target, long stride, float* side)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // Down each column into the side, then along each row.
        for (int column = 0; column < 6; column++)
        {
            Six<TLanes>(TLanes.Load(pixels[column] + channel), TLanes.Load(pixels[6 + column] + channel),
                TLanes.Load(pixels[12 + column] + channel), TLanes.Load(pixels[18 + column] + channel),
                TLanes.Load(pixels[24 + column] + channel), TLanes.Load(pixels[30 + column] + channel), side + column * TLanes.Count,
                6 * TLanes.Count);
        }

        for (int row = 0; row < 6; row++, side += 6 * TLanes.Count, target += 6 * stride)
        {
            Six<TLanes>(TLanes.Load(side), TLanes.Load(side + TLanes.Count), TLanes.Load(side + 2 * TLanes.Count),
                TLanes.Load(side + 3 * TLanes.Count), TLanes.Load(side + 4 * TLanes.Count), TLanes.Load(side + 5 * TLanes.Count), target,
                stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InverseTransform<TLanes>(float* sums, long stride, float* results)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int column = 0; column < 6; column++)
        {
            float* sum = sums + column * stride;
            Four<TLanes>(TLanes.Load(sum), TLanes.Load(sum + 6 * stride), TLanes.Load(sum + 12 * stride), TLanes.Load(sum + 18 * stride),
                TLanes.Load(sum + 24 * stride), TLanes.Load(sum + 30 * stride), results + column * TLanes.Count, 6 * TLanes.Count);
        }

        for (int row = 0; row < 4; row++, results += 6 * TLanes.Count)
        {
            Four<TLanes>(TLanes.Load(results), TLanes.Load(results + TLanes.Count), TLanes.Load(results + 2 * TLanes.Count),
                TLanes.Load(results + 3 * TLanes.Count), TLanes.Load(results + 4 * TLanes.Count), TLanes.Load(results + 5 * TLanes.Count),
                results, TLanes.Count);
        }
    }

    // Six pixels to the factors of six products.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six<TLanes>(TLanes x0, TLanes x1, TLanes x2, TLanes x3, TLanes x4, TLanes x5, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes product = TLanes.Create((float)(P2 * Q2)), sum = TLanes.Create((float)-(P2 + Q2)), p = TLanes.Create((float)P),
            p2 = TLanes.Create((float)-P2), q = TLanes.Create((float)Q), q2 = TLanes.Create((float)-Q2);
        TLanes.Store(TLanes.MultiplyAdd(product, x0, TLanes.MultiplyAdd(sum, x2, x4)), target);
        TLanes even = TLanes.MultiplyAdd(q2, x2, x4), odd = p * TLanes.MultiplyAdd(q2, x1, x3);
        TLanes.Store(even + odd, target + stride);
        TLanes.Store(even - odd, target + 2 * stride);
        even = TLanes.MultiplyAdd(p2, x2, x4);
        odd = q * TLanes.MultiplyAdd(p2, x1, x3);
        TLanes.Store(even + odd, target + 3 * stride);
        TLanes.Store(even - odd, target + 4 * stride);
        TLanes.Store(TLanes.MultiplyAdd(product, x1, TLanes.MultiplyAdd(sum, x3, x5)), target + 5 * stride);
    }

    // Six sums to four results.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes>(TLanes s0, TLanes s1, TLanes s2, TLanes s3, TLanes s4, TLanes s5, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes evenP = s1 + s2, oddP = s1 - s2, evenQ = s3 + s4, oddQ = s3 - s4;
        TLanes.Store(s0 + evenP + evenQ, target);
        TLanes.Store(TLanes.MultiplyAdd(TLanes.Create((float)P), oddP, TLanes.Create((float)Q) * oddQ), target + stride);
        TLanes.Store(TLanes.MultiplyAdd(TLanes.Create((float)P2), evenP, TLanes.Create((float)Q2) * evenQ), target + 2 * stride);
        TLanes.Store(
            TLanes.MultiplyAdd(TLanes.Create((float)(P * P2)), oddP, TLanes.MultiplyAdd(TLanes.Create((float)(Q * Q2)), oddQ, s5)),
            target + 3 * stride);
    }
}
