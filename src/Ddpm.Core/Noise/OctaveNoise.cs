using System.Globalization;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Draws structured noise: Gaussian noise that is correlated over the pixels of a channel, as a sum of octaves. Octave j is the mean of
/// white noise over windows of 2ʲ pixels a side, scaled to variance a_j² with Σ a_j² = 1. Every number is standard normal. Train with it
/// and add it in part to find anomalies larger than a few pixels, which white noise leaves standing (AnoDDPM, arXiv:2205.14151, whose
/// simplex noise is not Gaussian).
/// </summary>
/// <remarks>
/// Sample k depends on (seed, k, step) and the shape of a sample only, as of <see cref="PerSampleNoise"/>. It is thread-safe and draws on
/// the CPU. Where ε is N(0, C) in place of N(0, I), q(x_{t-1} | x_t, x_0) keeps its mean, and its covariance becomes β̃_t C: samplers need
/// no change but this source. A network that was trained with one noise must be sampled with the same. Bounds and likelihoods assume
/// white noise.
/// </remarks>
public sealed class OctaveNoise : INoiseSource
{
    private readonly long seed;
    private readonly double[] amplitudes; // a_j, the finest first

    /// <summary>Creates the noise source of a seed.</summary>
    /// <param name="seed">The seed; any number.</param>
    /// <param name="octaves">
    /// The number of octaves, of windows of 1, 2, 4, … pixels a side; one is white noise. Default: 5, windows up to 16. Range: 1 … 12.
    /// </param>
    /// <param name="persistence">
    /// The amplitude of each octave as a share of that of the next wider one: a_j ∝ persistence^-j. Default: 0.8 (AnoDDPM). Range:
    /// 0 &lt; persistence, finite.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public OctaveNoise(long seed, int octaves = 5, double persistence = 0.8)
    {
        if (octaves is < 1 or > 12)
        {
            throw new ArgumentOutOfRangeException(nameof(octaves), octaves, $"octaves must be 1 … 12, but is {octaves}.");
        }

        Require.Positive(persistence);
        this.seed = seed;
        (Octaves, Persistence) = (octaves, persistence);
        double[] raw = [.. Enumerable.Range(0, octaves).Select(octave => Math.Pow(persistence, octaves - 1 - octave))];
        double norm = Math.Sqrt(raw.Sum(amplitude => amplitude * amplitude));
        amplitudes = [.. raw.Select(amplitude => amplitude / norm)];
    }

    /// <summary>Gets the number of octaves.</summary>
    public int Octaves { get; }

    /// <summary>Gets the amplitude of each octave as a share of that of the next wider one.</summary>
    public double Persistence { get; }

    /// <summary>Returns a text that identifies the noise in the settings of a run.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{nameof(OctaveNoise)} of seed {seed}, {Octaves} octaves, persistence {Persistence}");

    /// <summary>
    /// Returns the covariance of two numbers of one channel of a sample, Σ_j a_j² Π_i max(0, 1 - |Δ_i| / 2ʲ). It is 1 at offset 0. Numbers
    /// of two channels, samples or steps are independent.
    /// </summary>
    /// <param name="offset">Their distance Δ_i along each axis after the channel's, in pixels.</param>
    /// <returns>The covariance. Range: 0 … 1.</returns>
    public double Autocovariance(params ReadOnlySpan<long> offset)
    {
        double sum = 0;
        for (int octave = 0; octave < Octaves; octave++)
        {
            double product = amplitudes[octave] * amplitudes[octave];
            foreach (long along in offset) product *= Math.Max(0, 1 - Math.Abs((double)along) / (1 << octave));
            sum += product;
        }

        return sum;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is not [B, C, L], [B, C, H, W], …, or has not one row for each sample.</exception>
    public Tensor Draw(NoiseRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        long[] shape = [.. request.Shape];
        if (shape.Length < 3)
        {
            throw new ArgumentException(
                $"Shape must have a channel axis and axes of pixels, such as [B, C, H, W], but is {Require.Shape(shape)}.",
                nameof(request));
        }

        int channels = checked((int)shape[1]);
        int[] sizes = [.. shape.Skip(2).Select(size => checked((int)size))];
        var white = new float[checked(channels * Enumerable.Range(0, Octaves).Sum(octave => Padded(sizes, 1 << octave)))];
        return NoiseRows.Draw(request, (sample, row) =>
        {
            new CounterBasedRandom(seed, sample, request.Step).FillNormal(white);
            Span<float> rest = white;
            row.Clear();
            int pixels = row.Length / channels;
            for (int channel = 0; channel < channels; channel++)
            {
                for (int octave = 0; octave < Octaves; octave++)
                {
                    int width = 1 << octave, drawn = Padded(sizes, width);
                    SumWindows(rest[..drawn], sizes, width);
                    Add(row.Slice(channel * pixels, pixels), rest, amplitudes[octave] / Math.Pow(width, sizes.Length / 2.0));
                    rest = rest[drawn..];
                }
            }
        });
    }

    // How much white noise the windows at all pixels touch.
    private static int Padded(int[] sizes, int width) => sizes.Aggregate(1, (product, size) => checked(product * (size + width - 1)));

    // Sums each window, axis by axis and in place: [size + width - 1, …] → [size, …].
    private static void SumWindows(Span<float> field, int[] sizes, int width)
    {
        if (width == 1) return;
        int before = 1, after = Padded(sizes, width);
        foreach (int size in sizes)
        {
            int padded = size + width - 1;
            after /= padded;
            for (int line = 0; line < before * after; line++)
            {
                (int outer, int inner) = Math.DivRem(line, after);
                int source = outer * padded * after + inner, target = outer * size * after + inner;
                double sum = 0;
                for (int i = 0; i < width - 1; i++) sum += field[source + i * after];
                for (int i = 0; i < size; i++)
                {
                    sum += field[source + (i + width - 1) * after];
                    float leaving = field[source + i * after];
                    field[target + i * after] = (float)sum;
                    sum -= leaving;
                }
            }

            before *= size;
        }
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> addend, double factor)
    {
        for (int i = 0; i < sum.Length; i++) sum[i] += (float)(factor * addend[i]);
    }
}
