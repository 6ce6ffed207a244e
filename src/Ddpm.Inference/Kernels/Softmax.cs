using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>e^x over its sum.</summary>
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
}
