using System.Numerics;

namespace Ddpm.Models;

/// <summary>
/// PyTorch's generator of the CPU (MT19937; Matsumoto and Nishimura 1998), number for number, for what PyTorch's cannot do: pass over
/// numbers that others draw at a fraction of the cost of drawing them.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Size = 624, Middle = 397;
    private readonly uint[] state = new uint[Size];
    private int next;

    /// <summary>Creates the generator after torch.manual_seed, which takes the low 32 bits of a seed.</summary>
    public MersenneTwister(long seed)
    {
        state[0] = unchecked((uint)seed);
        for (uint i = 1; i < Size; i++) state[i] = unchecked(1812433253 * (state[i - 1] ^ (state[i - 1] >> 30)) + i);
        next = Size;
    }

    /// <summary>Creates a generator that gives what another one will give.</summary>
    public MersenneTwister(MersenneTwister other)
    {
        other.state.CopyTo(state);
        next = other.next;
    }

    /// <summary>Passes over numbers.</summary>
    public void Skip(long count)
    {
        long last = next + count;
        for (; last > Size; last -= Size) Twist();
        next = (int)last;
    }

    /// <summary>Fills a span with numbers as torch.rand gives them in float32: 24 bits. Range: 0 ≤ u &lt; 1.</summary>
    public void Fill(Span<float> uniform)
    {
        for (int i = 0; i < uniform.Length; i++)
        {
            if (next == Size)
            {
                Twist();
                next = 0;
            }

            uint y = state[next++];
            y ^= y >> 11;
            y ^= (y << 7) & 0x9d2c5680;
            y ^= (y << 15) & 0xefc60000;
            y ^= y >> 18;
            uniform[i] = (y & 0xffffff) * (1f / 0x1000000);
        }
    }

    // The next 624 words, several at once: each depends on its neighbour, which is still the old one, and on the word 397 on (or 227 back),
    // which is far enough for any vector.
    private void Twist()
    {
        Blend(0, Size - Middle, Middle);
        Blend(Size - Middle, Size - 1, Middle - Size);
        state[Size - 1] = Mixed(state[Size - 1], state[0], state[Middle - 1]);
    }

    private void Blend(int first, int end, int distance)
    {
        int i = first;
        var high = new Vector<uint>(0x80000000);
        var low = new Vector<uint>(0x7fffffff);
        var matrix = new Vector<uint>(0x9908b0df);
        for (; i + Vector<uint>.Count <= end; i += Vector<uint>.Count)
        {
            Vector<uint> y = (new Vector<uint>(state, i) & high) | (new Vector<uint>(state, i + 1) & low);
            Vector<uint> odd = Vector<uint>.Zero - (y & Vector<uint>.One);
            (new Vector<uint>(state, i + distance) ^ (y >>> 1) ^ (odd & matrix)).CopyTo(state, i);
        }

        for (; i < end; i++) state[i] = Mixed(state[i], state[i + 1], state[i + distance]);
    }

    private static uint Mixed(uint word, uint neighbour, uint far)
    {
        uint y = (word & 0x80000000) | (neighbour & 0x7fffffff);
        return far ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0dfu);
    }
}
