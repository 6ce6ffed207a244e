using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace Ddpm.Inference;

/// <summary>
/// The innermost loop of convolutions, dense layers and attention: a few rows times a panel of two or four vectors of columns, with all
/// sums in registers.
/// </summary>
/// <remarks>
/// <para>A processor multiplies and adds faster than it loads, so each number that is loaded must be used several times. One step of the
/// loop loads two vectors of weights and one number of each row, and makes two
/// multiply-adds for each row: eight rows are 16 multiply-adds for 10 loads. The sums, 16 vectors, stay in registers until the rows end; 16
/// are also more than the four or eight multiply-adds that a processor has under way
/// at once, so none waits for the one before. Processors with 16 registers compute six rows: 12 sums, two vectors of weights and a number.
/// Four would do for a core alone, with as many sums as it has multiply-adds under way; but then whatever else a core must do in between,
/// such as the work of the program on its other hyper-thread, delays every sum (a third of the speed was lost on an AMD EPYC of
/// Zen 3). With vectors of AVX-512, six rows and four vectors of columns, 24 multiply-adds for 10 loads, keep both multipliers of an Intel
/// Xeon (Ice Lake) busy, and eight rows and two vectors four fifths of them: each number of a row then serves four multiply-adds.</para>
/// <para>Weights are packed into panels (<see cref="PanelLayout"/>), so that the loop reads them one after the other. Rows are lists of
/// pieces, so that the same loop serves products of matrices and convolutions: padding
/// is a piece of zeros, a stride is pieces further apart, and nothing is copied for either.</para>
/// <para>Every result is one sum in the order of the pieces, whatever rows are computed beside it: the same bits for every division of
/// work.</para>
/// </remarks>
internal static unsafe partial class PanelKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Gets how many rows a block has at most.</summary>
    public const int MostRows = 8;

    private const int CacheLine = 64;

    // The loops below must call nothing: a call leaves no vector in a register.
    private static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HasManyRegisters ? 8 : 6;
    }

    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    // 32 in place of 16: those of AVX-512 and of ARM64.
    private static bool HasManyRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count == 16 || AdvSimd.Arm64.IsSupported;
    }

    /// <summary>Returns how a matrix lies.</summary>
    /// <param name="columns">Its columns, filled up to a multiple of 16.</param>
    /// <param name="depth">Its lines.</param>
    /// <param name="rows">How many rows it is multiplied with.</param>
    public static PanelLayout LayoutFor(int columns, long depth, int rows)
    {
        bool isWide = TLanes.Count == 16 && columns % WideWidth == 0 && rows >= LeastWideRows;
        return new PanelLayout(columns, depth, isWide ? WideWidth : Width);
    }

    /// <summary>Returns of what the rows of a chunk should be a multiple, so that few are computed in vain.</summary>
    /// <param name="width">The panel's columns.</param>
    public static int GranuleOf(int width) => width == WideWidth ? 4 : Rows;

    /// <summary>Returns how many rows are computed at once with a panel: a block.</summary>
    /// <param name="width">The panel's columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowsOf(int width) => width == WideWidth ? WideRows : Rows;

    /// <summary>Returns rows times a panel of float32.</summary>
    /// <param name="product">Both.</param>
    /// <param name="columns">The panel's columns: those of <see cref="LayoutFor"/>, or one vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in PanelProduct product, int columns) => Run<float, SingleMemory>(product, columns);

    /// <summary>Returns rows times a panel whose numbers lie in memory as <typeparamref name="TMemory"/> reads them.</summary>
    /// <param name="product">Both.</param>
    /// <param name="columns">The panel's columns: those of <see cref="LayoutFor"/>, or one vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TMemory>(in PanelProduct product, int columns)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        int rows = RowsOf(columns), whole = columns >= Width ? product.Count / rows * rows : 0;
        if (whole > 0)
        {
            if (columns == WideWidth) RunSixWide<T, TMemory>(product, whole, product.Target, product.TargetStride);
            else if (HasManyRegisters) RunEight<T, TMemory>(product, whole, product.Target, product.TargetStride);
            else RunSix<T, TMemory>(product, whole, product.Target, product.TargetStride);
            if (product.Residual is not null || product.Scale != 1)
            {
                Finish(product, 0, whole, columns, product.Target, product.TargetStride);
            }
        }

        for (int row = whole; row < product.Count; row += rows)
        {
            RunAside<T, TMemory>(product, row, Math.Min(rows, product.Count - row), columns);
        }
    }

    // Where rows or columns are missing, a whole block goes to the side, and what counts from there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void RunAside<T, TMemory>(in PanelProduct product, int row, int count, int columns)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        float* side = stackalloc float[4 * WideRows * TLanes.Count];
        PanelProduct block = product;
        block.Pieces += (long)row * product.PieceCount;
        if (columns == WideWidth) RunWideAside<T, TMemory>(block, count, side);
        else if (columns != Width) RunNarrow<T, TMemory>(block, side, columns);
        else if (count <= 4) RunFour<T, TMemory>(block, side, columns);
        else if (HasManyRegisters) RunEight<T, TMemory>(block, Rows, side, columns);
        else RunSix<T, TMemory>(block, Rows, side, columns);
        Finish(product, row, count, columns, side, columns);
    }

    // The last columns, where they are one vector, which only those of AVX-512 leave: eight rows, so that enough sums are under way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunNarrow<T, TMemory>(in PanelProduct product, float* target, int targetStride)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        TLanes a0 = product.Bias is null ? TLanes.Create(0) : TLanes.Load(product.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0,
            a6 = a0, a7 = a0;
        T* weights = (T*)product.Panel;
        long offset = product.Offset;
        float** rows = product.Pieces;
        for (int piece = 0; piece < product.PieceCount; piece++, rows += Rows)
        {
            float* r0 = rows[0] + offset, r1 = rows[1] + offset, r2 = rows[2] + offset, r3 = rows[3] + offset, r4 = rows[4] + offset,
                r5 = rows[5] + offset, r6 = rows[6] + offset, r7 = rows[7] + offset;
            nint depth = product.Depths[piece];
            for (nint k = 0; k < depth; k++, weights += TLanes.Count)
            {
                TLanes column = TMemory.Load<TLanes>(weights);
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

        TLanes.Store(a0, target);
        TLanes.Store(a1, target + targetStride);
        TLanes.Store(a2, target + 2 * targetStride);
        TLanes.Store(a3, target + 3 * targetStride);
        TLanes.Store(a4, target + 4 * targetStride);
        TLanes.Store(a5, target + 5 * targetStride);
        TLanes.Store(a6, target + 6 * targetStride);
        TLanes.Store(a7, target + 7 * targetStride);
    }

    // What is added to some rows' sums and what they are multiplied by, and from where they are to where they belong.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(in PanelProduct product, int first, int count, int columns, float* sums, int stride)
    {
        TLanes scale = TLanes.Create(product.Scale);
        for (int row = 0; row < count; row++)
        {
            long offset = (long)(first + row) * product.TargetStride;
            for (int column = 0; column < columns; column += TLanes.Count)
            {
                TLanes sum = TLanes.Load(sums + (long)row * stride + column);
                if (product.Residual is not null) sum += TLanes.Load(product.Residual + offset + column);
                TLanes.Store(sum * scale, product.Target + offset + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes left, TLanes right, float* target)
    {
        TLanes.Store(left, target);
        TLanes.Store(right, target + TLanes.Count);
    }
}
