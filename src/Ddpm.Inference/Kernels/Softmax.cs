using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>e^x over its sum, and its gradient.</summary>
internal static unsafe class Softmax
{
    /// <summary>Replaces numbers by their softmax. Memory up to a whole vector beyond them must be there, and is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TLanes>(float* x, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int filled = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        for (int i = count; i < filled; i++) x[i] = float.NegativeInfinity;
        float* lanes = stackalloc float[TLanes.Count];
        TLanes infinity = TLanes.Create(float.PositiveInfinity), most = TLanes.Load(x);
        for (int i = TLanes.Count; i < filled; i += TLanes.Count) most = TLanes.Clamp(TLanes.Load(x + i), most, infinity);
        TLanes.Store(most, lanes);
        float largest = lanes[0];
        for (int lane = 1; lane < TLanes.Count; lane++) largest = MathF.Max(largest, lanes[lane]);

        // The largest becomes e^0: nothing overflows.
        TLanes shift = TLanes.Create(largest), sum = TLanes.Create(0);
        for (int i = 0; i < filled; i += TLanes.Count)
        {
            TLanes power = Exponential.Of(TLanes.Load(x + i) - shift);
            TLanes.Store(power, x + i);
            sum += power;
        }

        TLanes.Store(sum, lanes);
        double total = 0;
        for (int lane = 0; lane < TLanes.Count; lane++) total += lanes[lane];
        TLanes share = TLanes.Create((float)(1 / total));
        for (int i = 0; i < filled; i += TLanes.Count) TLanes.Store(TLanes.Load(x + i) * share, x + i);
    }

    /// <summary>Replaces the gradient of a softmax by that of its numbers, times a scale: y (dy - Σ y dy).</summary>
    /// <param name="y">The softmax, as <see cref="Apply"/> leaves it.</param>
    /// <param name="slopes">The gradient. Memory up to a whole vector beyond it must be there, finite, and is written.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="scale">What the result is multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<TLanes>(float* y, float* slopes, int count, float scale)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* lanes = stackalloc float[TLanes.Count];
        TLanes products = TLanes.Create(0);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            products = TLanes.MultiplyAdd(TLanes.Load(y + i), TLanes.Load(slopes + i), products);
        }

        TLanes.Store(products, lanes);
        double total = 0;
        for (int lane = 0; lane < TLanes.Count; lane++) total += lanes[lane];
        TLanes mean = TLanes.Create((float)total), factor = TLanes.Create(scale);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(y + i) * factor * (TLanes.Load(slopes + i) - mean), slopes + i);
        }
    }
}
