using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the normal numbers of <see cref="CounterBasedRandom"/> as operations on tensors, so that a device draws its own noise: of
/// samples in a row nothing is copied to it, and nothing comes back. The 32-bit words of Philox4x32-10 live in int64.
/// </summary>
internal static class PhiloxTensors
{
    private const long Word = 0xFFFFFFFF, Half = 0xFFFF;

    // The multipliers and the Weyl constants of Salmon et al. 2011, as in CounterBasedRandom.
    private const long FirstMultiplier = 0xD2511F53, SecondMultiplier = 0xCD9E8D57;
    private const uint FirstWeyl = 0x9E3779B9, SecondWeyl = 0xBB67AE85;

    /// <summary>Draws one row of standard normal numbers for each sample.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="step">Which draw of the run.</param>
    /// <param name="elements">The numbers of one sample.</param>
    /// <param name="device">The device that computes.</param>
    /// <returns>float32 [B, elements].</returns>
    public static Tensor Normal(long seed, IReadOnlyList<long> samples, int step, long elements, Device device)
    {
        using var scope = NewDisposeScope();
        long blocks = (elements + 3) / 4;
        Tensor indices = HostNumbers.On(device, samples).unsqueeze(1), word = Constant(Word);
        Tensor[] counter =
        [
            HostNumbers.Row(0, blocks, device).unsqueeze(0).expand(samples.Count, blocks),
            Constant((uint)step),
            indices & word,
            indices.bitwise_right_shift(Constant(32)) & word,
        ];
        uint first = (uint)(ulong)seed, second = (uint)((ulong)seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            Tensor[] next = Round(counter, first, second);
            if (round > 0) foreach (Tensor part in counter) part.Dispose();
            counter = next;
            unchecked
            {
                first += FirstWeyl;
                second += SecondWeyl;
            }
        }

        Tensor[] four = [.. BoxMuller(counter[0], counter[1]), .. BoxMuller(counter[2], counter[3])];
        return stack(four, 2).reshape(samples.Count, 4 * blocks).narrow(1, 0, elements).contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor[] Round(Tensor[] c, uint first, uint second)
    {
        using var scope = NewDisposeScope();
        (Tensor High, Tensor Low) p0 = Multiply(c[0], FirstMultiplier), p1 = Multiply(c[2], SecondMultiplier);
        Tensor[] next =
        [
            p1.High.bitwise_xor(c[1]).bitwise_xor(Constant(first)), p1.Low,
            p0.High.bitwise_xor(c[3]).bitwise_xor(Constant(second)), p0.Low,
        ];
        foreach (Tensor part in next) part.MoveToOuterDisposeScope();
        return next;
    }

    // The high and low words of a product of words, from products of halves, which fit in int64.
    private static (Tensor High, Tensor Low) Multiply(Tensor x, long multiplier)
    {
        Tensor half = Constant(Half), sixteen = Constant(16), factor = Constant(multiplier);
        Tensor low = (x & half).mul(factor), high = x.bitwise_right_shift(sixteen).mul(factor);
        return (
            high.Plus(low.bitwise_right_shift(sixteen)).bitwise_right_shift(sixteen),
            low.Plus((high & half).bitwise_left_shift(sixteen)) & Constant(Word));
    }

    private static Tensor[] BoxMuller(Tensor a, Tensor b)
    {
        const double words = 4294967296;
        // Half a unit is added so that no logarithm of zero is taken.
        Tensor radius = a.to(float64).Plus(0.5).Times(1 / words).log().Times(-2).sqrt(), angle = b.to(float64).Times(2 * Math.PI / words);
        return [radius.mul(angle.cos()).to(float32), radius.mul(angle.sin()).to(float32)];
    }

    private static Tensor Constant(long value) => tensor(value, int64);
}
