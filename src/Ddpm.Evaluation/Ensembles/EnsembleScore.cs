using Ddpm.Data;

namespace Ddpm.Evaluation;

/// <summary>
/// Measures predictions that are samples: how far they lie from what was observed, and how often a central band of them holds it. Add the
/// samples of one number after the other. A prediction of a single number is an ensemble of one.
/// </summary>
public sealed class EnsembleScore
{
    private readonly double band;
    private double crps, error, width, covered;

    /// <summary>Creates a score without any number yet.</summary>
    /// <param name="band">
    /// The share of the samples in the central band: 0.8 is from the quantile 0.1 to 0.9. Range: 0 &lt; share &lt; 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="band"/> is out of range.</exception>
    public EnsembleScore(double band = 0.8)
    {
        if (!(band is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(band), band, $"band must be above 0 and below 1, but is {band}.");
        }

        this.band = band;
    }

    /// <summary>Gets how many numbers were added.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Gets the mean continuous ranked probability score, in the unit of the numbers (Gneiting and Raftery 2007, eq. 21): lower is better,
    /// and that of a single number is its absolute error.
    /// </summary>
    /// <value>NaN before the first number.</value>
    public double Crps => crps / Count;

    /// <summary>Gets the mean absolute error of the samples' median, in the unit of the numbers.</summary>
    /// <value>NaN before the first number.</value>
    public double MeanAbsoluteError => error / Count;

    /// <summary>
    /// Gets the share of the numbers in the central band, ends included; a calibrated ensemble has about the band's share. A number that
    /// equals samples, as on days without rain, may stand at any place among them. It counts by the part of these places that lies in the
    /// band (the randomised probability integral transform of Czado, Gneiting and Held 2009): a band that ends at such a number would hold
    /// all of them otherwise.
    /// </summary>
    /// <value>NaN before the first number.</value>
    public double Coverage => covered / Count;

    /// <summary>Gets the mean width of the central band, in the unit of the numbers.</summary>
    /// <value>NaN before the first number.</value>
    public double Width => width / Count;

    /// <summary>Computes the score of one number: E|X - y| - ½ E|X - X'| over the samples X, X'.</summary>
    /// <param name="samples">The samples; at least one, all finite.</param>
    /// <param name="observed">The number that was observed.</param>
    /// <returns>The score, in the unit of the numbers. Range: ≥ 0.</returns>
    /// <exception cref="ArgumentException">There is no sample, or a number is not finite.</exception>
    public static double CrpsOf(ReadOnlySpan<double> samples, double observed) => CrpsOfSorted(Sorted(samples, observed), observed);

    /// <summary>Adds the samples of a number.</summary>
    /// <param name="samples">The samples; at least one, all finite.</param>
    /// <param name="observed">The number that was observed.</param>
    /// <exception cref="ArgumentException">There is no sample, or a number is not finite; nothing was added.</exception>
    public void Add(ReadOnlySpan<double> samples, double observed)
    {
        double[] sorted = Sorted(samples, observed);
        double lower = EnsembleQuantile.Of(sorted, (1 - band) / 2), upper = EnsembleQuantile.Of(sorted, (1 + band) / 2);
        Count++;
        crps += CrpsOfSorted(sorted, observed);
        error += Math.Abs(EnsembleQuantile.Of(sorted, 0.5) - observed);
        width += upper - lower;
        covered += sorted.Contains(observed) ? Inside(sorted, observed) : observed >= lower && observed <= upper ? 1 : 0;
    }

    // The number and the samples that equal it share the places from `below` on, of one more than there are samples.
    private double Inside(double[] sorted, double observed)
    {
        double places = sorted.Length + 1, below = sorted.Count(sample => sample < observed);
        double equal = sorted.Count(sample => sample == observed);
        double first = Math.Max(below / places, (1 - band) / 2), last = Math.Min((below + equal + 1) / places, (1 + band) / 2);
        return Math.Max(0, last - first) * places / (equal + 1);
    }

    // ½ E|X - X'| = Σ_i (2i - S - 1) x_(i) / S² over the sorted samples, i = 1 … S.
    private static double CrpsOfSorted(double[] sorted, double observed)
    {
        double distance = 0, spread = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            distance += Math.Abs(sorted[i] - observed);
            spread += (2 * i + 1 - sorted.Length) * (sorted[i] - observed);
        }

        return distance / sorted.Length - spread / ((double)sorted.Length * sorted.Length);
    }

    private static double[] Sorted(ReadOnlySpan<double> samples, double observed)
    {
        if (samples.IsEmpty) throw new ArgumentException("samples must be at least one, but are none.", nameof(samples));
        if (!double.IsFinite(observed)) throw new ArgumentException($"observed must be finite, but is {observed}.", nameof(observed));
        double[] sorted = samples.ToArray();
        if (Array.Exists(sorted, sample => !double.IsFinite(sample)))
        {
            throw new ArgumentException("samples must be finite, but one is not.", nameof(samples));
        }

        Array.Sort(sorted);
        return sorted;
    }
}
