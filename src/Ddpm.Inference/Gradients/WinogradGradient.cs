using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The transforms of F(2×2, 3×3) as gradients need them (Lavin and Gray 2016, arXiv:1509.09308, sec. 4.1; a bilinear algorithm, read the
/// other way round). With Y = Aᵀ[(G g Gᵀ) ∘ (Bᵀ d B)]A the gradient of g is Gᵀ[(Bᵀ d B) ∘ (A dY Aᵀ)]G, summed over tiles.
/// </summary>
internal static unsafe class WinogradGradient
{
    /// <summary>The products of a tile.</summary>
    public const int Products = 16;

    /// <summary>The product that holds the sum of a tile's 2×2 numbers.</summary>
    public const int SumProduct = 5;

    /// <summary>Transforms a tile's gradients, 2×2, into 4×4: A dY Aᵀ.</summary>
    /// <param name="pixels">The four pixels, row by row.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="target">Where the first of the results goes.</param>
    /// <param name="stride">From one result to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLanes>(float** pixels, int channel, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes a = TLanes.Load(pixels[0] + channel), b = TLanes.Load(pixels[1] + channel), c = TLanes.Load(pixels[2] + channel),
            d = TLanes.Load(pixels[3] + channel);
        Row(a, b, target, stride);
        Row(a + c, b + d, target + 4 * stride, stride);
        Row(a - c, b - d, target + 8 * stride, stride);
        TLanes none = TLanes.Create(0);
        Row(none - c, none - d, target + 12 * stride, stride);
    }

    /// <summary>Transforms 4×4 sums into a weight's gradient, 3×3: Gᵀ M G.</summary>
    /// <param name="sums">The first of the sums.</param>
    /// <param name="stride">From one sum to the next.</param>
    /// <param name="target">Where the nine vectors go, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InverseTransform<TLanes>(float* sums, long stride, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes half = TLanes.Create(0.5f);
        for (int column = 0; column < 3; column++)
        {
            TLanes a = Column<TLanes>(sums, stride, column, half), b = Column<TLanes>(sums + 4 * stride, stride, column, half),
                c = Column<TLanes>(sums + 8 * stride, stride, column, half), d = Column<TLanes>(sums + 12 * stride, stride, column, half);
            TLanes sum = (b + c) * half;
            TLanes.Store(a + sum, target + column * TLanes.Count);
            TLanes.Store((b - c) * half, target + (3 + column) * TLanes.Count);
            TLanes.Store(sum + d, target + (6 + column) * TLanes.Count);
        }
    }

    /// <summary>Transforms a weight, 3×3, into 4×4: G g Gᵀ.</summary>
    /// <param name="weight">The nine vectors, one after the other.</param>
    /// <param name="target">Where the first of the results goes.</param>
    /// <param name="stride">From one result to the next.</param>
    /// <param name="turned">Whether the weight is turned by half a turn first: rows and columns 0 and 3 then change places.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformWeight<TLanes>(float* weight, float* target, long stride, bool turned)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        nint lanes = TLanes.Count;
        TLanes half = TLanes.Create(0.5f);
        int last = turned ? 0 : 3, first = 3 - last;
        TLanes a0 = TLanes.Load(weight), a1 = TLanes.Load(weight + lanes), a2 = TLanes.Load(weight + 2 * lanes),
            b0 = TLanes.Load(weight + 3 * lanes), b1 = TLanes.Load(weight + 4 * lanes), b2 = TLanes.Load(weight + 5 * lanes),
            c0 = TLanes.Load(weight + 6 * lanes), c1 = TLanes.Load(weight + 7 * lanes), c2 = TLanes.Load(weight + 8 * lanes);
        WeightRow(a0, a1, a2, half, target + 4 * first * stride, stride, first);
        WeightRow((a0 + c0 + b0) * half, (a1 + c1 + b1) * half, (a2 + c2 + b2) * half, half, target + 4 * stride, stride, first);
        WeightRow((a0 + c0 - b0) * half, (a1 + c1 - b1) * half, (a2 + c2 - b2) * half, half, target + 8 * stride, stride, first);
        WeightRow(c0, c1, c2, half, target + 4 * last * stride, stride, first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightRow<TLanes>(TLanes a, TLanes b, TLanes c, TLanes half, float* target, long stride, int first)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes.Store(a, target + first * stride);
        TLanes.Store((a + c + b) * half, target + stride);
        TLanes.Store((a + c - b) * half, target + 2 * stride);
        TLanes.Store(c, target + (3 - first) * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TLanes>(TLanes a, TLanes b, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes.Store(a, target);
        TLanes.Store(a + b, target + stride);
        TLanes.Store(a - b, target + 2 * stride);
        TLanes.Store(TLanes.Create(0) - b, target + 3 * stride);
    }

    // A column of M G.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Column<TLanes>(float* row, long stride, int column, TLanes half)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes b = TLanes.Load(row + stride), c = TLanes.Load(row + 2 * stride);
        return column switch
        {
            0 => TLanes.Load(row) + (b + c) * half,
            1 => (b - c) * half,
            _ => (b + c) * half + TLanes.Load(row + 3 * stride),
        };
    }
}
