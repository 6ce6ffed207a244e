using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ddpm.Inference;

// Blocks of eight, six and four rows: the same loop with as many sums, each a variable of its own, since only those stay in registers.
internal static unsafe partial class PanelKernel<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunEight<T, TMemory>(in PanelProduct product, int count, float* target, int targetStride)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        long offset = product.Offset;
        float** rows = product.Pieces;
        byte* ahead = Ahead(product);
        int then = 8 * Blocks<T>(Width), end = then + 8 * BlocksOfRows(count);
        for (int row = 0; row < count; row += 8, target += 8 * targetStride)
        {
            if (row == then) ahead = Then(product);
            else if (row == end) ahead = (byte*)product.Panel;
            TLanes a0 = TLanes.Create(0), b0 = a0;
            if (product.Bias is not null)
            {
                a0 = TLanes.Load(product.Bias);
                b0 = TLanes.Load(product.Bias + TLanes.Count);
            }

            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0,
                b7 = b0;
            T* weights = (T*)product.Panel;
            for (int piece = 0; piece < product.PieceCount; piece++, rows += Rows)
            {
                float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset, r4 = rows[4] + offset,
                    r5 = rows[5] + offset, r6 = rows[6] + offset, r7 = rows[7] + offset;
                nint depth = product.Depths[piece];
                for (nint k = 0; k < depth; k++, weights += Width)
                {
                    Fetch(ahead);
                    ahead += CacheLine;
                    TLanes left = TMemory.Load<TLanes>(weights), right = TMemory.Load<TLanes>(weights + TLanes.Count),
                        value = TLanes.Create(r0[k]);
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

            Store(a0, b0, target);
            Store(a1, b1, target + targetStride);
            Store(a2, b2, target + 2 * targetStride);
            Store(a3, b3, target + 3 * targetStride);
            Store(a4, b4, target + 4 * targetStride);
            Store(a5, b5, target + 5 * targetStride);
            Store(a6, b6, target + 6 * targetStride);
            Store(a7, b7, target + 7 * targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunSix<T, TMemory>(in PanelProduct product, int count, float* target, int targetStride)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        long offset = product.Offset;
        float** rows = product.Pieces;
        for (int row = 0; row < count; row += 6, target += 6 * targetStride)
        {
            // One block fetches the panel; those after it find it fetched, and need not know.
            byte* ahead = Ahead(product);
            TLanes a0 = TLanes.Create(0), b0 = a0;
            if (product.Bias is not null)
            {
                a0 = TLanes.Load(product.Bias);
                b0 = TLanes.Load(product.Bias + TLanes.Count);
            }

            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
            T* weights = (T*)product.Panel;
            for (int piece = 0; piece < product.PieceCount; piece++, rows += Rows)
            {
                float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset, r4 = rows[4] + offset,
                    r5 = rows[5] + offset;
                nint depth = product.Depths[piece];
                for (nint k = 0; k < depth; k++, weights += Width)
                {
                    Fetch(ahead);
                    ahead += CacheLine;
                    TLanes left = TMemory.Load<TLanes>(weights), right = TMemory.Load<TLanes>(weights + TLanes.Count),
                        value = TLanes.Create(r0[k]);
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
                }
            }

            Store(a0, b0, target);
            Store(a1, b1, target + targetStride);
            Store(a2, b2, target + 2 * targetStride);
            Store(a3, b3, target + 3 * targetStride);
            Store(a4, b4, target + 4 * targetStride);
            Store(a5, b5, target + 5 * targetStride);
        }
    }

    // The rows that are left where they are few, such as the one of a timestep.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunFour<T, TMemory>(in PanelProduct product, float* target, int targetStride)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        long offset = product.Offset;
        float** rows = product.Pieces;
        TLanes a0 = TLanes.Create(0), b0 = a0;
        if (product.Bias is not null)
        {
            a0 = TLanes.Load(product.Bias);
            b0 = TLanes.Load(product.Bias + TLanes.Count);
        }

        TLanes a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
        T* weights = (T*)product.Panel;
        byte* ahead = Ahead(product);
        for (int piece = 0; piece < product.PieceCount; piece++, rows += Rows)
        {
            float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset;
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += Width)
            {
                // One block fetches the whole panel.
                Fetch(ahead);
                if (Blocks<T>(Width) > 1) Fetch(ahead + CacheLine);
                ahead += Blocks<T>(Width) * CacheLine;
                TLanes left = TMemory.Load<TLanes>(weights), right = TMemory.Load<TLanes>(weights + TLanes.Count),
                    value = TLanes.Create(r0[k]);
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

        Store(a0, b0, target);
        Store(a1, b1, target + targetStride);
        Store(a2, b2, target + 2 * targetStride);
        Store(a3, b3, target + 3 * targetStride);
    }

    // Where fetching begins: with what is read anyway where nothing is needed next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Ahead(in PanelProduct product) => (byte*)(product.Ahead is null ? product.Panel : product.Ahead);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Then(in PanelProduct product) => (byte*)(product.Then is null ? product.Panel : product.Then);

    // How many blocks of rows fetch as many rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BlocksOfRows(int count) => (count * sizeof(float) + CacheLine - 1) / CacheLine;

    // How many blocks of rows fetch a panel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Blocks<T>(int width)
        where T : unmanaged => Math.Max(1, width * sizeof(T) / CacheLine);

    // Asks for a line of the caches; any address will do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(void* line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(line);
    }
}
