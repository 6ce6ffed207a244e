using System.Text;
using static TorchSharp.torch;

namespace Ddpm.Tests;

/// <summary>The exact integer generator of the reference values (00_generator.json): FNV-1a of a key seeds splitmix64.</summary>
internal static class GoldenRandom
{
    [ThreadStatic]
    private static string? lastKey;

    [ThreadStatic]
    private static ulong lastHash;

    /// <summary>U(key, i): uniform on (-1, 1), exact in float32.</summary>
    public static double Uniform(string key, long i) => Odd(Hash(key), i) / 16777216.0;

    /// <summary>N(key, i): near-normal, mean 0, variance 1.</summary>
    public static double Normal(string key, long i)
    {
        ulong hash = Hash(key);
        long sum = 0;
        for (int j = 0; j < 12; j++) sum += Odd(hash, 12 * i + j);
        return sum / 33554432.0;
    }

    /// <summary>G(key, i): a pixel of 256 levels scaled to [-1, 1].</summary>
    public static double Pixel(string key, long i) => (Word(Hash(key), i) >> 56) / 127.5 - 1;

    /// <summary>A float64 tensor filled in row-major order.</summary>
    public static Tensor Fill(Func<string, long, double> rule, string key, params long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++) values[i] = rule(key, i);
        using Tensor flat = tensor(values);
        return flat.reshape(shape);
    }

    internal static ulong Hash(string key)
    {
        // A tensor asks for the same key thousands of times.
        if (key.Equals(lastKey, StringComparison.Ordinal)) return lastHash;
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(key)) hash = unchecked((hash ^ b) * 0x100000001B3);
        (lastKey, lastHash) = (key, hash);
        return hash;
    }

    internal static ulong Word(ulong hash, long i)
    {
        unchecked
        {
            ulong v = hash + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9;
            v = (v ^ (v >> 27)) * 0x94D049BB133111EB;
            return v ^ (v >> 31);
        }
    }

    private static long Odd(ulong hash, long i) => 2 * (long)(Word(hash, i) >> 40) + 1 - 16777216;
}
