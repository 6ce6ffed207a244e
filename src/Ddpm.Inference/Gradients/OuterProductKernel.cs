using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// Sums of outer products, Vᵀ W: a few columns of V times two vectors of columns of W, with all sums in registers while the rows of both
/// pass. <see cref="PanelKernel{TLanes}"/> for the case in which the sum goes through the rows of both matrices.
/// </summary>
internal static unsafe class OuterProductKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Computes target ← target + Vᵀ W, or Vᵀ W, for 16 columns of V.</summary>
    /// <param name="left">The columns of V, [rows, 16].</param>
    /// <param name="right">The columns of W, [rows, 16].</param>
    /// <param name="next">From the first vector of columns of W to the second; 0 where there is one.</param>
    /// <param name="rows">The rows of both.</param>
    /// <param name="target">The sums, [16, 16].</param>
    /// <param name="targetNext">From the first vector of columns of the sums to the second.</param>
    /// <param name="add">Whether the sums are added to what is there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* left, float* right, nint next, int rows, float* target, nint targetNext, bool add)
    {
        if (TLanes.Count < 16 && next > 0)
        {
            // Six lines at once, as in PanelKernel, and the four that are left.
            Six(left, right, next, rows, target, targetNext, add);
            Six(left + 6, right, next, rows, target + 6 * Plane.Block, targetNext, add);
            Four(left + 12, right, next, rows, target + 12 * Plane.Block, targetNext, add);
            return;
        }

        for (int line = 0; line < Plane.Block; line += 8)
        {
            if (next == 0) Narrow(left + line, right, rows, target + line * Plane.Block, add);
            else Eight(left + line, right, next, rows, target + line * Plane.Block, targetNext, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(float* left, float* right, nint next, int rows, float* target, nint targetNext, bool add)
    {
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
        for (int row = 0; row < rows; row++, left += Plane.Block, right += Plane.Block)
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

        Store(a0, b0, target, targetNext, add);
        Store(a1, b1, target + Plane.Block, targetNext, add);
        Store(a2, b2, target + 2 * Plane.Block, targetNext, add);
        Store(a3, b3, target + 3 * Plane.Block, targetNext, add);
        Store(a4, b4, target + 4 * Plane.Block, targetNext, add);
        Store(a5, b5, target + 5 * Plane.Block, targetNext, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* left, float* right, nint next, int rows, float* target, nint targetNext, bool add)
    {
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int row = 0; row < rows; row++, left += Plane.Block, right += Plane.Block)
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

        Store(a0, b0, target, targetNext, add);
        Store(a1, b1, target + Plane.Block, targetNext, add);
        Store(a2, b2, target + 2 * Plane.Block, targetNext, add);
        Store(a3, b3, target + 3 * Plane.Block, targetNext, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* left, float* right, nint next, int rows, float* target, nint targetNext, bool add)
    {
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0,
            b4 = a0, b5 = a0, b6 = a0, b7 = a0;
        for (int row = 0; row < rows; row++, left += Plane.Block, right += Plane.Block)
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

        Store(a0, b0, target, targetNext, add);
        Store(a1, b1, target + Plane.Block, targetNext, add);
        Store(a2, b2, target + 2 * Plane.Block, targetNext, add);
        Store(a3, b3, target + 3 * Plane.Block, targetNext, add);
        Store(a4, b4, target + 4 * Plane.Block, targetNext, add);
        Store(a5, b5, target + 5 * Plane.Block, targetNext, add);
        Store(a6, b6, target + 6 * Plane.Block, targetNext, add);
        Store(a7, b7, target + 7 * Plane.Block, targetNext, add);
    }

    // The last columns, where they are one vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(float* left, float* right, int rows, float* target, bool add)
    {
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (int row = 0; row < rows; row++, left += Plane.Block, right += Plane.Block)
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

        Store(a0, target, add);
        Store(a1, target + Plane.Block, add);
        Store(a2, target + 2 * Plane.Block, add);
        Store(a3, target + 3 * Plane.Block, add);
        Store(a4, target + 4 * Plane.Block, add);
        Store(a5, target + 5 * Plane.Block, add);
        Store(a6, target + 6 * Plane.Block, add);
        Store(a7, target + 7 * Plane.Block, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes left, TLanes right, float* target, nint next, bool add)
    {
        Store(left, target, add);
        Store(right, target + next, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes sum, float* target, bool add)
    {
        if (add) sum += TLanes.Load(target);
        TLanes.Store(sum, target);
    }
}
