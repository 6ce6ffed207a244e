namespace Ddpm.Views;

/// <summary>
/// An autoregressive model of pictures of 0 and 1, last pixel first: p(x) = Π p(x_i | x_{i+1} …). It counts how often a pixel was 1 among
/// the training pictures that have the same next pixels.
/// </summary>
internal sealed class PixelModel
{
    private readonly Dictionary<(int Pixel, string Next), (int Ones, int All)> counts = [];
    private readonly int context;
    private readonly double added;

    /// <summary>Counts.</summary>
    /// <param name="pictures">The training pictures, texts of '0' and '1' of one length.</param>
    /// <param name="context">How many of the following pixels a pixel depends on.</param>
    /// <param name="added">What is added to both counts, so that what was never seen is not impossible.</param>
    public PixelModel(IReadOnlyCollection<string> pictures, int context, double added = 0.5)
    {
        this.context = context;
        this.added = added;
        Pixels = pictures.First().Length;
        foreach (string picture in pictures)
        {
            for (int i = 0; i < Pixels; i++)
            {
                (int, string) key = (i, Next(picture[(i + 1)..]));
                (int ones, int all) = counts.GetValueOrDefault(key);
                counts[key] = (picture[i] == '1' ? ones + 1 : ones, all + 1);
            }
        }
    }

    /// <summary>The number of pixels.</summary>
    public int Pixels { get; }

    /// <summary>p(x_i = value | the pixels after it).</summary>
    public double Probability(char value, int pixel, string after)
    {
        (int ones, int all) = counts.GetValueOrDefault((pixel, Next(after)));
        double one = (ones + added) / (all + 2 * added);
        return value == '1' ? one : 1 - one;
    }

    /// <summary>log₂ p(x), pixel by pixel.</summary>
    public double LogLikelihood(string picture) =>
        Enumerable.Range(0, Pixels).Sum(i => Math.Log2(Probability(picture[i], i, picture[(i + 1)..])));

    private string Next(string after) => after[..Math.Min(context, after.Length)];
}
