using System.Runtime.CompilerServices;

namespace Ddpm.Models;

/// <summary>
/// The innermost loop of convolutions, dense layers and attention: a few rows times a panel of two vectors of columns, with all sums in registers.
/// </summary>
/// <remarks>
/// <para>A processor multiplies and adds faster than it loads, so each number that is loaded must be used several times. One step of the loop loads two vectors of weights and one number of each row, and makes two
/// multiply-adds for each row: eight rows are 16 multiply-adds for 10 loads. The sums, 16 vectors, stay in registers until the rows end; 16 are also more than the four or eight multiply-adds that a processor has under way
/// at once, so none waits for the one before. With vectors of 256 bits there are only 16 registers: four rows.</para>
/// <para>Weights are packed into panels (<see cref="PanelLayout"/>), so that the loop reads them one after the other. Rows are lists of pieces, so that the same loop serves products of matrices and convolutions: padding
/// is a piece of zeros, a stride is pieces further apart, and nothing is copied for either.</para>
/// <para>Every result is one sum in the order of the pieces, whatever rows are computed beside it: the same bits for every division of work.</para>
/// </remarks>
internal static unsafe class PanelKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>How many rows are computed at once.</summary>
    public static int Rows => TLanes.Count == 16 ? 8 : 4;

    /// <summary>The columns of a panel.</summary>
    public static int Width => 2 * TLanes.Count;

    /// <summary>Rows times panel.</summary>
    /// <param name="product">Both.</param>
    /// <param name="columns">The panel's columns: <see cref="Width"/>, or one vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(in PanelProduct product, int columns)
    {
        if (columns == TLanes.Count) RunNarrow(product);
        else if (TLanes.Count == 16 && product.Count > 4) RunEight(product);
        else RunFour(product);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunEight(in PanelProduct product)
    {
        TLanes a0 = TLanes.Create(0), b0 = a0;
        if (product.Bias is not null)
        {
            a0 = TLanes.Load(product.Bias);
            b0 = TLanes.Load(product.Bias + TLanes.Count);
        }

        TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
        float* weights = product.Panel;
        int stride = product.PanelStride;
        for (int piece = 0; piece < product.PieceCount; piece++)
        {
            float** rows = product.Pieces + piece * Rows;
            float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[4], r5 = rows[5], r6 = rows[6], r7 = rows[7];
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += stride)
            {
                TLanes left = TLanes.Load(weights), right = TLanes.Load(weights + TLanes.Count), value = TLanes.Create(r0[k]);
                a0 = TLanes.MultiplyAdd(value, left, a0);
                b0 = TLanes.MultiplyAdd(value, right, b0);
                value = TLanes.Create(r1[k]);
                a1 = TLanes.MultiplyAdd(value, left, a1);
                b1 = TLanes.MultiplyAdd(value, right, b1);
                value = TLanes.Create(r2[k]);
                a2 = TLanes.MultiplyAdd(value, left, a2);
                b2 = TLanes.MultiplyAdd(value, right, b2);
                value = TLanes.Create(r3[k]);
                a3 = TLanes.MultiplyAdd(value, left, a3);
                b3 = TLanes.MultiplyAdd(value, right, b3);
                value = TLanes.Create(r4[k]);
                a4 = TLanes.MultiplyAdd(value, left, a4);
                b4 = TLanes.MultiplyAdd(value, right, b4);
                value = TLanes.Create(r5[k]);
                a5 = TLanes.MultiplyAdd(value, left, a5);
                b5 = TLanes.MultiplyAdd(value, right, b5);
                value = TLanes.Create(r6[k]);
                a6 = TLanes.MultiplyAdd(value, left, a6);
                b6 = TLanes.MultiplyAdd(value, right, b6);
                value = TLanes.Create(r7[k]);
                a7 = TLanes.MultiplyAdd(value, left, a7);
                b7 = TLanes.MultiplyAdd(value, right, b7);
            }
        }

        Finish(product, 0, a0, b0);
        Finish(product, 1, a1, b1);
        Finish(product, 2, a2, b2);
        Finish(product, 3, a3, b3);
        Finish(product, 4, a4, b4);
        if (product.Count > 5) Finish(product, 5, a5, b5);
        if (product.Count > 6) Finish(product, 6, a6, b6);
        if (product.Count > 7) Finish(product, 7, a7, b7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunFour(in PanelProduct product)
    {
        TLanes a0 = TLanes.Create(0), b0 = a0;
        if (product.Bias is not null)
        {
            a0 = TLanes.Load(product.Bias);
            b0 = TLanes.Load(product.Bias + TLanes.Count);
        }

        TLanes a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
        float* weights = product.Panel;
        int stride = product.PanelStride;
        for (int piece = 0; piece < product.PieceCount; piece++)
        {
            float** rows = product.Pieces + piece * Rows;
            float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3];
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += stride)
            {
                TLanes left = TLanes.Load(weights), right = TLanes.Load(weights + TLanes.Count), value = TLanes.Create(r0[k]);
                a0 = TLanes.MultiplyAdd(value, left, a0);
                b0 = TLanes.MultiplyAdd(value, right, b0);
                value = TLanes.Create(r1[k]);
                a1 = TLanes.MultiplyAdd(value, left, a1);
                b1 = TLanes.MultiplyAdd(value, right, b1);
                value = TLanes.Create(r2[k]);
                a2 = TLanes.MultiplyAdd(value, left, a2);
                b2 = TLanes.MultiplyAdd(value, right, b2);
                value = TLanes.Create(r3[k]);
                a3 = TLanes.MultiplyAdd(value, left, a3);
                b3 = TLanes.MultiplyAdd(value, right, b3);
            }
        }

        Finish(product, 0, a0, b0);
        if (product.Count > 1) Finish(product, 1, a1, b1);
        if (product.Count > 2) Finish(product, 2, a2, b2);
        if (product.Count > 3) Finish(product, 3, a3, b3);
    }

    // The last columns, where they are one vector: so many rows at once that as many sums are under way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunNarrow(in PanelProduct product)
    {
        TLanes a0 = product.Bias is null ? TLanes.Create(0) : TLanes.Load(product.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        float* weights = product.Panel;
        int stride = product.PanelStride, last = Rows - 1;
        for (int piece = 0; piece < product.PieceCount; piece++)
        {
            float** rows = product.Pieces + piece * Rows;
            float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[Math.Min(4, last)], r5 = rows[Math.Min(5, last)], r6 = rows[Math.Min(6, last)], r7 = rows[Math.Min(7, last)];
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += stride)
            {
                TLanes column = TLanes.Load(weights);
                a0 = TLanes.MultiplyAdd(TLanes.Create(r0[k]), column, a0);
                a1 = TLanes.MultiplyAdd(TLanes.Create(r1[k]), column, a1);
                a2 = TLanes.MultiplyAdd(TLanes.Create(r2[k]), column, a2);
                a3 = TLanes.MultiplyAdd(TLanes.Create(r3[k]), column, a3);
                a4 = TLanes.MultiplyAdd(TLanes.Create(r4[k]), column, a4);
                a5 = TLanes.MultiplyAdd(TLanes.Create(r5[k]), column, a5);
                a6 = TLanes.MultiplyAdd(TLanes.Create(r6[k]), column, a6);
                a7 = TLanes.MultiplyAdd(TLanes.Create(r7[k]), column, a7);
            }
        }

        Finish(product, 0, a0, 0);
        if (product.Count > 1) Finish(product, 1, a1, 0);
        if (product.Count > 2) Finish(product, 2, a2, 0);
        if (product.Count > 3) Finish(product, 3, a3, 0);
        if (product.Count > 4) Finish(product, 4, a4, 0);
        if (product.Count > 5) Finish(product, 5, a5, 0);
        if (product.Count > 6) Finish(product, 6, a6, 0);
        if (product.Count > 7) Finish(product, 7, a7, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in PanelProduct product, int row, TLanes left, TLanes right)
    {
        Finish(product, row, left, 0);
        Finish(product, row, right, TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in PanelProduct product, int row, TLanes sum, int column)
    {
        long offset = (long)row * product.TargetStride + column;
        if (product.Residual is not null) sum += TLanes.Load(product.Residual + offset);
        if (product.Scale != 1) sum *= TLanes.Create(product.Scale);
        TLanes.Store(sum, product.Target + offset);
    }
}
