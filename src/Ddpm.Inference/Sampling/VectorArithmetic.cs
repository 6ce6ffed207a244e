using System.Numerics;
using System.Runtime.InteropServices;

namespace Ddpm.Inference;

/// <summary>
/// The arithmetic of a sampler's step on float32 numbers. Products are rounded before they are added, as tensor libraries do, so that both
/// engines give the same bits.
/// </summary>
internal static class VectorArithmetic
{
    /// <summary>Returns target = factor · x.</summary>
    public static void Set(Span<float> target, double factor, ReadOnlySpan<float> x)
    {
        float by = (float)factor;
        ReadOnlySpan<float> source = x[..target.Length];
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(target);
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(source);
        for (int i = 0; i < wide.Length; i++) wide[i] = from[i] * by;
        for (int i = wide.Length * Vector<float>.Count; i < target.Length; i++) target[i] = source[i] * by;
    }

    /// <summary>Returns target += factor · x.</summary>
    public static void Add(Span<float> target, double factor, ReadOnlySpan<float> x)
    {
        float by = (float)factor;
        ReadOnlySpan<float> source = x[..target.Length];
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(target);
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(source);
        for (int i = 0; i < wide.Length; i++) wide[i] += from[i] * by;
        for (int i = wide.Length * Vector<float>.Count; i < target.Length; i++) target[i] += source[i] * by;
    }

    /// <summary>Returns target += x · y.</summary>
    public static void AddProducts(Span<float> target, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        for (int i = 0; i < target.Length; i++) target[i] += x[i] * y[i];
    }

    /// <summary>Returns target = target / divisor.</summary>
    public static void Divide(Span<float> target, double divisor)
    {
        var by = (float)divisor;
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(target);
        var all = new Vector<float>(by);
        for (int i = 0; i < wide.Length; i++) wide[i] /= all;
        for (int i = wide.Length * Vector<float>.Count; i < target.Length; i++) target[i] /= by;
    }

    /// <summary>Clips to [-limit, limit]; NaN stays NaN.</summary>
    public static void Clamp(Span<float> target, double limit)
    {
        var most = (float)limit;
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(target);
        Vector<float> above = new(most), below = new(-most);
        for (int i = 0; i < wide.Length; i++) wide[i] = Vector.Min(Vector.Max(wide[i], below), above);
        for (int i = wide.Length * Vector<float>.Count; i < target.Length; i++) target[i] = Math.Min(Math.Max(target[i], -most), most);
    }

    /// <summary>Returns whether no number is NaN or infinite.</summary>
    public static bool AllFinite(ReadOnlySpan<float> x)
    {
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(x);
        // x - x is 0 where x is finite and NaN elsewhere.
        Vector<float> differences = Vector<float>.Zero;
        for (int i = 0; i < wide.Length; i++) differences += wide[i] - wide[i];
        float sum = Vector.Sum(differences);
        for (int i = wide.Length * Vector<float>.Count; i < x.Length; i++) sum += x[i] - x[i];
        return sum == 0;
    }
}
