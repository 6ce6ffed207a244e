using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

// Blocks of six and four rows with panels of four vectors of AVX-512.
internal static unsafe partial class PanelKernel<TLanes>
{
    private const int WideRows = 6;

    // Fewer rows would not fetch the next panel while they pass, and leave a thread without panels of its own.
    private const int LeastWideRows = 4 * WideRows;

    private static int WideWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TLanes.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunSixWide<T, TMemory>(in PanelProduct product, int count, float* target, int targetStride)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        int lanes = TLanes.Count;
        long offset = product.Offset;
        float** rows = product.Pieces;
        byte* ahead = Ahead(product);
        int then = WideRows * Blocks<T>(WideWidth), end = then + WideRows * BlocksOfRows(count);
        for (int row = 0; row < count; row += WideRows, target += WideRows * targetStride)
        {
            if (row == then) ahead = Then(product);
            else if (row == end) ahead = (byte*)product.Panel;
            TLanes a0 = TLanes.Create(0), b0 = a0, c0 = a0, d0 = a0;
            if (product.Bias is not null)
            {
                a0 = TLanes.Load(product.Bias);
                b0 = TLanes.Load(product.Bias + lanes);
                c0 = TLanes.Load(product.Bias + 2 * lanes);
                d0 = TLanes.Load(product.Bias + 3 * lanes);
            }

            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, c1 = c0, c2 = c0, c3 = c0,
                c4 = c0, c5 = c0, d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0;
            T* weights = (T*)product.Panel;
            for (int piece = 0; piece < product.PieceCount; piece++, rows += WideRows)
            {
                float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset, r4 = rows[4] + offset,
                    r5 = rows[5] + offset;
                nint depth = product.Depths[piece];
                for (nint k = 0; k < depth; k++, weights += WideWidth)
                {
                    Fetch(ahead);
                    ahead += CacheLine;
                    TLanes one = TMemory.Load<TLanes>(weights), two = TMemory.Load<TLanes>(weights + lanes),
                        three = TMemory.Load<TLanes>(weights + 2 * lanes), four = TMemory.Load<TLanes>(weights + 3 * lanes),
                        value = TLanes.Create(r0[k]);
                    a0 = TLanes.MultiplyAdd(value, one, a0);
                    b0 = TLanes.MultiplyAdd(value, two, b0);
                    c0 = TLanes.MultiplyAdd(value, three, c0);
                    d0 = TLanes.MultiplyAdd(value, four, d0);
                    value = TLanes.Create(r1[k]);
                    a1 = TLanes.MultiplyAdd(value, one, a1);
                    b1 = TLanes.MultiplyAdd(value, two, b1);
                    c1 = TLanes.MultiplyAdd(value, three, c1);
                    d1 = TLanes.MultiplyAdd(value, four, d1);
                    value = TLanes.Create(r2[k]);
                    a2 = TLanes.MultiplyAdd(value, one, a2);
                    b2 = TLanes.MultiplyAdd(value, two, b2);
                    c2 = TLanes.MultiplyAdd(value, three, c2);
                    d2 = TLanes.MultiplyAdd(value, four, d2);
                    value = TLanes.Create(r3[k]);
                    a3 = TLanes.MultiplyAdd(value, one, a3);
                    b3 = TLanes.MultiplyAdd(value, two, b3);
                    c3 = TLanes.MultiplyAdd(value, three, c3);
                    d3 = TLanes.MultiplyAdd(value, four, d3);
                    value = TLanes.Create(r4[k]);
                    a4 = TLanes.MultiplyAdd(value, one, a4);
                    b4 = TLanes.MultiplyAdd(value, two, b4);
                    c4 = TLanes.MultiplyAdd(value, three, c4);
                    d4 = TLanes.MultiplyAdd(value, four, d4);
                    value = TLanes.Create(r5[k]);
                    a5 = TLanes.MultiplyAdd(value, one, a5);
                    b5 = TLanes.MultiplyAdd(value, two, b5);
                    c5 = TLanes.MultiplyAdd(value, three, c5);
                    d5 = TLanes.MultiplyAdd(value, four, d5);
                }
            }

            Store(a0, b0, c0, d0, target);
            Store(a1, b1, c1, d1, target + targetStride);
            Store(a2, b2, c2, d2, target + 2 * targetStride);
            Store(a3, b3, c3, d3, target + 3 * targetStride);
            Store(a4, b4, c4, d4, target + 4 * targetStride);
            Store(a5, b5, c5, d5, target + 5 * targetStride);
        }
    }

    // What is left of the rows: four at once where they are so few.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunWideAside<T, TMemory>(in PanelProduct product, int count, float* target)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        if (count > 4)
        {
            RunSixWide<T, TMemory>(product, WideRows, target, WideWidth);
            return;
        }

        int lanes = TLanes.Count;
        long offset = product.Offset;
        float** rows = product.Pieces;
        TLanes a0 = TLanes.Create(0), b0 = a0, c0 = a0, d0 = a0;
        if (product.Bias is not null)
        {
            a0 = TLanes.Load(product.Bias);
            b0 = TLanes.Load(product.Bias + lanes);
            c0 = TLanes.Load(product.Bias + 2 * lanes);
            d0 = TLanes.Load(product.Bias + 3 * lanes);
        }

        TLanes a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0, c1 = c0, c2 = c0, c3 = c0, d1 = d0, d2 = d0, d3 = d0;
        T* weights = (T*)product.Panel;
        for (int piece = 0; piece < product.PieceCount; piece++, rows += WideRows)
        {
            float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset;
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += WideWidth)
            {
                TLanes one = TMemory.Load<TLanes>(weights), two = TMemory.Load<TLanes>(weights + lanes),
                    three = TMemory.Load<TLanes>(weights + 2 * lanes), four = TMemory.Load<TLanes>(weights + 3 * lanes),
                    value = TLanes.Create(r0[k]);
                a0 = TLanes.MultiplyAdd(value, one, a0);
                b0 = TLanes.MultiplyAdd(value, two, b0);
                c0 = TLanes.MultiplyAdd(value, three, c0);
                d0 = TLanes.MultiplyAdd(value, four, d0);
                value = TLanes.Create(r1[k]);
                a1 = TLanes.MultiplyAdd(value, one, a1);
                b1 = TLanes.MultiplyAdd(value, two, b1);
                c1 = TLanes.MultiplyAdd(value, three, c1);
                d1 = TLanes.MultiplyAdd(value, four, d1);
                value = TLanes.Create(r2[k]);
                a2 = TLanes.MultiplyAdd(value, one, a2);
                b2 = TLanes.MultiplyAdd(value, two, b2);
                c2 = TLanes.MultiplyAdd(value, three, c2);
                d2 = TLanes.MultiplyAdd(value, four, d2);
                value = TLanes.Create(r3[k]);
                a3 = TLanes.MultiplyAdd(value, one, a3);
                b3 = TLanes.MultiplyAdd(value, two, b3);
                c3 = TLanes.MultiplyAdd(value, three, c3);
                d3 = TLanes.MultiplyAdd(value, four, d3);
            }
        }

        Store(a0, b0, c0, d0, target);
        Store(a1, b1, c1, d1, target + WideWidth);
        Store(a2, b2, c2, d2, target + 2 * WideWidth);
        Store(a3, b3, c3, d3, target + 3 * WideWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes one, TLanes two, TLanes three, TLanes four, float* target)
    {
        Store(one, two, target);
        Store(three, four, target + 2 * TLanes.Count);
    }
}
