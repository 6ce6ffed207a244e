using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// Sums of outer products, Vᵀ W: a few columns of V times some vectors of columns of W, with all sums in registers while the rows of both
/// pass. <see cref="PanelKernel{TLanes}"/> for the case in which the sum goes through the rows of both matrices.
/// </summary>
internal static unsafe class OuterProductKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int MostVectors = 4;

    /// <summary>Gets how many vectors of columns of W pass at once: four where the registers allow.</summary>
    public static int VectorsAtOnce
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count < 16 ? 2 : MostVectors;
    }

    /// <summary>Computes target ← target + Vᵀ W, or Vᵀ W, for 16 columns of V and some vectors of columns of W.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(OuterProduct product)
    {
        while (product.Vectors > 0)
        {
            int vectors = Pass(product);
            product.Vectors -= vectors;
            product.Right += vectors * product.Next;
            product.Target += vectors * product.TargetNext;
        }
    }

    // Returns of how many vectors of columns the sums are ready.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Pass(in OuterProduct product)
    {
        if (product.Vectors >= MostVectors && VectorsAtOnce == MostVectors)
        {
            for (int line = 0; line < Plane.Block; line += 4) FourWide(product, line);
            return MostVectors;
        }

        if (product.Vectors == 1)
        {
            for (int line = 0; line < Plane.Block; line += 8) Narrow(product, line);
            return 1;
        }

        if (TLanes.Count == 16)
        {
            for (int line = 0; line < Plane.Block; line += 8) Eight(product, line);
            return 2;
        }

        // Six lines at once, as in PanelKernel, and the four that are left.
        Six(product, 0);
        Six(product, 6);
        Four(product, 12);
        return 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(in OuterProduct product, int line)
    {
        float* left = product.Left + line, right = product.Right, target = product.Target + line * product.TargetStride;
        nint leftStride = product.LeftStride, rightStride = product.RightStride, next = product.Next;
        int rows = product.Rows;
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        for (int row = 0; row < rows; row++, left += leftStride, right += rightStride)
        {
            TLanes w = TLanes.Load(right), x = TLanes.Load(right + next), value = TLanes.Create(left[0]);
            a0 = TLanes.MultiplyAdd(value, w, a0);
            b0 = TLanes.MultiplyAdd(value, x, b0);
            value = TLanes.Create(left[1]);
            a1 = TLanes.MultiplyAdd(value, w, a1);
            b1 = TLanes.MultiplyAdd(value, x, b1);
            value = TLanes.Create(left[2]);
            a2 = TLanes.MultiplyAdd(value, w, a2);
            b2 = TLanes.MultiplyAdd(value, x, b2);
            value = TLanes.Create(left[3]);
            a3 = TLanes.MultiplyAdd(value, w, a3);
            b3 = TLanes.MultiplyAdd(value, x, b3);
            value = TLanes.Create(left[4]);
            a4 = TLanes.MultiplyAdd(value, w, a4);
            b4 = TLanes.MultiplyAdd(value, x, b4);
            value = TLanes.Create(left[5]);
            a5 = TLanes.MultiplyAdd(value, w, a5);
            b5 = TLanes.MultiplyAdd(value, x, b5);
        }

        Store(product, a0, b0, target);
        Store(product, a1, b1, target + product.TargetStride);
        Store(product, a2, b2, target + 2 * product.TargetStride);
        Store(product, a3, b3, target + 3 * product.TargetStride);
        Store(product, a4, b4, target + 4 * product.TargetStride);
        Store(product, a5, b5, target + 5 * product.TargetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(in OuterProduct product, int line)
    {
        float* left = product.Left + line, right = product.Right, target = product.Target + line * product.TargetStride;
        nint leftStride = product.LeftStride, rightStride = product.RightStride, next = product.Next;
        int rows = product.Rows;
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int row = 0; row < rows; row++, left += leftStride, right += rightStride)
        {
            TLanes w = TLanes.Load(right), x = TLanes.Load(right + next), value = TLanes.Create(left[0]);
            a0 = TLanes.MultiplyAdd(value, w, a0);
            b0 = TLanes.MultiplyAdd(value, x, b0);
            value = TLanes.Create(left[1]);
            a1 = TLanes.MultiplyAdd(value, w, a1);
            b1 = TLanes.MultiplyAdd(value, x, b1);
            value = TLanes.Create(left[2]);
            a2 = TLanes.MultiplyAdd(value, w, a2);
            b2 = TLanes.MultiplyAdd(value, x, b2);
            value = TLanes.Create(left[3]);
            a3 = TLanes.MultiplyAdd(value, w, a3);
            b3 = TLanes.MultiplyAdd(value, x, b3);
        }

        Store(product, a0, b0, target);
        Store(product, a1, b1, target + product.TargetStride);
        Store(product, a2, b2, target + 2 * product.TargetStride);
        Store(product, a3, b3, target + 3 * product.TargetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourWide(in OuterProduct product, int line)
    {
        float* left = product.Left + line, right = product.Right, target = product.Target + line * product.TargetStride;
        nint leftStride = product.LeftStride, rightStride = product.RightStride, next = product.Next, third = 2 * next, fourth = 3 * next;
        int rows = product.Rows;
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0,
            d0 = a0, d1 = a0, d2 = a0, d3 = a0;
        for (int row = 0; row < rows; row++, left += leftStride, right += rightStride)
        {
            TLanes w = TLanes.Load(right), x = TLanes.Load(right + next), y = TLanes.Load(right + third), z = TLanes.Load(right + fourth),
                value = TLanes.Create(left[0]);
            a0 = TLanes.MultiplyAdd(value, w, a0);
            b0 = TLanes.MultiplyAdd(value, x, b0);
            c0 = TLanes.MultiplyAdd(value, y, c0);
            d0 = TLanes.MultiplyAdd(value, z, d0);
            value = TLanes.Create(left[1]);
            a1 = TLanes.MultiplyAdd(value, w, a1);
            b1 = TLanes.MultiplyAdd(value, x, b1);
            c1 = TLanes.MultiplyAdd(value, y, c1);
            d1 = TLanes.MultiplyAdd(value, z, d1);
            value = TLanes.Create(left[2]);
            a2 = TLanes.MultiplyAdd(value, w, a2);
            b2 = TLanes.MultiplyAdd(value, x, b2);
            c2 = TLanes.MultiplyAdd(value, y, c2);
            d2 = TLanes.MultiplyAdd(value, z, d2);
            value = TLanes.Create(left[3]);
            a3 = TLanes.MultiplyAdd(value, w, a3);
            b3 = TLanes.MultiplyAdd(value, x, b3);
            c3 = TLanes.MultiplyAdd(value, y, c3);
            d3 = TLanes.MultiplyAdd(value, z, d3);
        }

        Store(product, a0, b0, c0, d0, target);
        Store(product, a1, b1, c1, d1, target + product.TargetStride);
        Store(product, a2, b2, c2, d2, target + 2 * product.TargetStride);
        Store(product, a3, b3, c3, d3, target + 3 * product.TargetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(in OuterProduct product, int line)
    {
        float* left = product.Left + line, right = product.Right, target = product.Target + line * product.TargetStride;
        nint leftStride = product.LeftStride, rightStride = product.RightStride, next = product.Next;
        int rows = product.Rows;
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0,
            b4 = a0, b5 = a0, b6 = a0, b7 = a0;
        for (int row = 0; row < rows; row++, left += leftStride, right += rightStride)
        {
            TLanes w = TLanes.Load(right), x = TLanes.Load(right + next), value = TLanes.Create(left[0]);
            a0 = TLanes.MultiplyAdd(value, w, a0);
            b0 = TLanes.MultiplyAdd(value, x, b0);
            value = TLanes.Create(left[1]);
            a1 = TLanes.MultiplyAdd(value, w, a1);
            b1 = TLanes.MultiplyAdd(value, x, b1);
            value = TLanes.Create(left[2]);
            a2 = TLanes.MultiplyAdd(value, w, a2);
            b2 = TLanes.MultiplyAdd(value, x, b2);
            value = TLanes.Create(left[3]);
            a3 = TLanes.MultiplyAdd(value, w, a3);
            b3 = TLanes.MultiplyAdd(value, x, b3);
            value = TLanes.Create(left[4]);
            a4 = TLanes.MultiplyAdd(value, w, a4);
            b4 = TLanes.MultiplyAdd(value, x, b4);
            value = TLanes.Create(left[5]);
            a5 = TLanes.MultiplyAdd(value, w, a5);
            b5 = TLanes.MultiplyAdd(value, x, b5);
            value = TLanes.Create(left[6]);
            a6 = TLanes.MultiplyAdd(value, w, a6);
            b6 = TLanes.MultiplyAdd(value, x, b6);
            value = TLanes.Create(left[7]);
            a7 = TLanes.MultiplyAdd(value, w, a7);
            b7 = TLanes.MultiplyAdd(value, x, b7);
        }

        Store(product, a0, b0, target);
        Store(product, a1, b1, target + product.TargetStride);
        Store(product, a2, b2, target + 2 * product.TargetStride);
        Store(product, a3, b3, target + 3 * product.TargetStride);
        Store(product, a4, b4, target + 4 * product.TargetStride);
        Store(product, a5, b5, target + 5 * product.TargetStride);
        Store(product, a6, b6, target + 6 * product.TargetStride);
        Store(product, a7, b7, target + 7 * product.TargetStride);
    }

    // The last columns, where they are one vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(in OuterProduct product, int line)
    {
        float* left = product.Left + line, right = product.Right, target = product.Target + line * product.TargetStride;
        nint leftStride = product.LeftStride, rightStride = product.RightStride;
        int rows = product.Rows;
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (int row = 0; row < rows; row++, left += leftStride, right += rightStride)
        {
            TLanes w = TLanes.Load(right);
            a0 = TLanes.MultiplyAdd(TLanes.Create(left[0]), w, a0);
            a1 = TLanes.MultiplyAdd(TLanes.Create(left[1]), w, a1);
            a2 = TLanes.MultiplyAdd(TLanes.Create(left[2]), w, a2);
            a3 = TLanes.MultiplyAdd(TLanes.Create(left[3]), w, a3);
            a4 = TLanes.MultiplyAdd(TLanes.Create(left[4]), w, a4);
            a5 = TLanes.MultiplyAdd(TLanes.Create(left[5]), w, a5);
            a6 = TLanes.MultiplyAdd(TLanes.Create(left[6]), w, a6);
            a7 = TLanes.MultiplyAdd(TLanes.Create(left[7]), w, a7);
        }

        Store(product, a0, target);
        Store(product, a1, target + product.TargetStride);
        Store(product, a2, target + 2 * product.TargetStride);
        Store(product, a3, target + 3 * product.TargetStride);
        Store(product, a4, target + 4 * product.TargetStride);
        Store(product, a5, target + 5 * product.TargetStride);
        Store(product, a6, target + 6 * product.TargetStride);
        Store(product, a7, target + 7 * product.TargetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in OuterProduct product, TLanes first, TLanes second, TLanes third, TLanes fourth, float* target)
    {
        Store(product, first, second, target);
        Store(product, third, fourth, target + 2 * product.TargetNext);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in OuterProduct product, TLanes left, TLanes right, float* target)
    {
        Store(product, left, target);
        Store(product, right, target + product.TargetNext);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in OuterProduct product, TLanes sum, float* target)
    {
        if (product.Add) sum += TLanes.Load(target);
        TLanes.Store(sum, target);
    }
}
