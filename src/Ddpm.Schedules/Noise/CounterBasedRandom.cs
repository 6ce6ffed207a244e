using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>
/// Generates random numbers as a pure function of (seed, stream, element) by Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers:
/// as easy as 1, 2, 3"). It has no state, so a number depends neither on earlier draws nor on batch size, thread, shard or device.
/// </summary>
public readonly struct CounterBasedRandom : IEquatable<CounterBasedRandom>
{
    private readonly ulong key;
    private readonly ulong streamIndex;
    private readonly uint streamStep;

    /// <summary>Creates one stream of random numbers.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="index">The stream's first coordinate, such as the number of a sample.</param>
    /// <param name="step">The stream's second coordinate, such as the step of a run.</param>
    public CounterBasedRandom(long seed, long index, int step)
    {
        key = unchecked((ulong)seed);
        streamIndex = unchecked((ulong)index);
        streamStep = unchecked((uint)step);
    }

    /// <summary>Compares two streams for equality.</summary>
    /// <param name="left">The first stream.</param>
    /// <param name="right">The second stream.</param>
    public static bool operator ==(CounterBasedRandom left, CounterBasedRandom right) => left.Equals(right);

    /// <summary>Compares two streams for inequality.</summary>
    /// <param name="left">The first stream.</param>
    /// <param name="right">The second stream.</param>
    public static bool operator !=(CounterBasedRandom left, CounterBasedRandom right) => !left.Equals(right);

    /// <summary>Fills a span with the stream's standard normal numbers, from its start (Box and Muller 1958).</summary>
    /// <param name="destination">The numbers; |z| &lt; 6.7.</param>
    public void FillNormal(Span<float> destination)
    {
        Span<float> block = stackalloc float[4];
        for (int i = 0; i < destination.Length; i += 4)
        {
            NormalBlock((uint)(i >> 2), block);
            block[..Math.Min(4, destination.Length - i)].CopyTo(destination[i..]);
        }
    }

    /// <summary>Returns a uniform integer of the stream.</summary>
    /// <param name="element">Which number of the stream.</param>
    /// <param name="range">The number of values. Range: ≥ 1.</param>
    /// <returns>A number from 0 to <paramref name="range"/> - 1; the bias is below <paramref name="range"/>/2⁶⁴.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="range"/> is below 1.</exception>
    public long UniformBelow(uint element, long range)
    {
        Require.AtLeast(range, 1);
        (uint a, uint b, _, _) = Philox(element);
        return (long)Math.BigMul(((ulong)a << 32) | b, (ulong)range, out _);
    }

    /// <summary>Returns a uniform number of the stream.</summary>
    /// <param name="element">Which number of the stream.</param>
    /// <returns>A multiple of 2⁻⁵³. Range: 0 ≤ u &lt; 1.</returns>
    public double Uniform(uint element) => UniformBelow(element, 1L << 53) * (1.0 / (1L << 53));

    /// <inheritdoc/>
    public bool Equals(CounterBasedRandom other) => key == other.key && streamIndex == other.streamIndex && streamStep == other.streamStep;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CounterBasedRandom other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(key, streamIndex, streamStep);

    /// <summary>The four 32-bit words of block <paramref name="block"/>.</summary>
    internal (uint A, uint B, uint C, uint D) Philox(uint block)
    {
        uint c0 = block, c1 = streamStep, c2 = (uint)streamIndex, c3 = (uint)(streamIndex >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            // The multipliers and the Weyl constants (the golden ratio and √3 - 1) are those of the paper.
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    private void NormalBlock(uint block, Span<float> four)
    {
        (uint a, uint b, uint c, uint d) = Philox(block);
        BoxMuller(a, b, out four[0], out four[1]);
        BoxMuller(c, d, out four[2], out four[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BoxMuller(uint a, uint b, out float first, out float second)
    {
        // Half a unit is added so that no logarithm of zero is taken.
        double radius = Math.Sqrt(-2 * Math.Log((a + 0.5) * (1.0 / 4294967296.0)));
        (double sin, double cos) = Math.SinCos(b * (2 * Math.PI / 4294967296.0));
        first = (float)(radius * cos);
        second = (float)(radius * sin);
    }
}
