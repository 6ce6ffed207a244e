using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>e^x.</summary>
internal static class Exponential
{
    /// <summary>
    /// Returns e^x, within 3e-7 of itself, for x between -87 and 87 and as there beyond. It is 2^n 2^f with n whole and |f| ≤ 1/2, and 2^f
    /// its Taylor series to f^6, whose rest is below 2e-7.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // Adding 1.5 · 2^23 leaves no digits after the point.
        TLanes whole = TLanes.Create(12582912f);
        TLanes exponent = TLanes.Clamp(x * TLanes.Create(1.44269504f), TLanes.Create(-126), TLanes.Create(126));
        TLanes n = exponent + whole - whole, f = exponent - n;
        TLanes power = TLanes.MultiplyAdd(TLanes.Create(0.000154035304f), f, TLanes.Create(0.00133335581f));
        power = TLanes.MultiplyAdd(power, f, TLanes.Create(0.00961812911f));
        power = TLanes.MultiplyAdd(power, f, TLanes.Create(0.0555041087f));
        power = TLanes.MultiplyAdd(power, f, TLanes.Create(0.240226507f));
        power = TLanes.MultiplyAdd(power, f, TLanes.Create(0.693147181f));
        power = TLanes.MultiplyAdd(power, f, TLanes.Create(1));
        return power * TLanes.PowerOfTwo(n);
    }

    /// <summary>Computes x / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x / (Of(x * TLanes.Create(-1)) + TLanes.Create(1));
}
