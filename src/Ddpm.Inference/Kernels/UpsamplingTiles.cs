using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The 3×3 convolution of an image whose pixels were repeated, without repeating them. The tile that one pixel b becomes, between
/// neighbours a and c, has the input a b b c: of F(2, 3)'s four products one is 0, so that 9 are left in both directions where a plain
/// convolution of the large image makes 36.
/// </summary>
internal readonly unsafe struct UpsamplingTiles : ITileTransform
{
    public static int Inputs => 3;

    public static int Products => 3;

    public static int Results => 2;

    public static int Step => 1;

    // For g0 (a - b), (g0 + g1 + g2) b and g2 (b - c): the results are g0 a + (g1 + g2) b = the first two, (g0 + g1) b + g2 c = the second
    // less the third.
    public static ReadOnlySpan<double> Weights => [1, 0, 0, 1, 1, 1, 0, 0, 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLanes>(float** pixels, int channel, float* target, long stride, float* side)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes b0 = TLanes.Load(pixels[3] + channel), b1 = TLanes.Load(pixels[4] + channel), b2 = TLanes.Load(pixels[5] + channel);
        Row(TLanes.Load(pixels[0] + channel) - b0, TLanes.Load(pixels[1] + channel) - b1, TLanes.Load(pixels[2] + channel) - b2, target,
            stride);
        Row(b0, b1, b2, target + 3 * stride, stride);
        Row(b0 - TLanes.Load(pixels[6] + channel), b1 - TLanes.Load(pixels[7] + channel), b2 - TLanes.Load(pixels[8] + channel), target
            + 6 * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InverseTransform<TLanes>(float* sums, long stride, float* results)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes b0 = TLanes.Load(sums + 3 * stride), b1 = TLanes.Load(sums + 4 * stride), b2 = TLanes.Load(sums + 5 * stride);
        TLanes top0 = TLanes.Load(sums) + b0, top1 = TLanes.Load(sums + stride) + b1, top2 = TLanes.Load(sums + 2 * stride) + b2;
        TLanes bottom0 = b0 - TLanes.Load(sums + 6 * stride), bottom1 = b1 - TLanes.Load(sums + 7 * stride),
            bottom2 = b2 - TLanes.Load(sums + 8 * stride);
        TLanes.Store(top0 + top1, results);
        TLanes.Store(top1 - top2, results + TLanes.Count);
        TLanes.Store(bottom0 + bottom1, results + 3 * TLanes.Count);
        TLanes.Store(bottom1 - bottom2, results + 4 * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TLanes>(TLanes a, TLanes b, TLanes c, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes.Store(a - b, target);
        TLanes.Store(b, target + stride);
        TLanes.Store(b - c, target + 2 * stride);
    }
}
