using Ddpm.Core;

namespace Anomalies;

/// <summary>
/// A kind of defect that is drawn on a picture, where the garment is. It is a function of the picture, its number and the seed.
/// </summary>
internal sealed class Defect
{
    // What counts as garment, and as changed: pixels are in [-1, 1], the background is -1.
    private const float Garment = -0.2f, Changed = 0.2f;
    private const int LeastChanged = 5, Tries = 100;

    private readonly int number;
    private readonly Func<Stroke, int, int, float, float> draw;

    private Defect(string name, int number, Func<Stroke, int, int, float, float> draw) =>
        (Name, this.number, this.draw) = (name, number, draw);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Defect> All { get; } =
    [
        new("scratch", 0, Scratch), new("blob", 1, Blob), new("missing patch", 2, MissingPatch),
    ];

    public string Name { get; }

    /// <summary>Draws the defect.</summary>
    /// <param name="pixels">The picture in [-1, 1], row by row; it is changed.</param>
    /// <param name="width">The width of the picture.</param>
    /// <param name="picture">The number of the picture.</param>
    /// <param name="seed">The seed of place, size and direction.</param>
    /// <returns>Which pixels the defect has changed by more than 0.2.</returns>
    /// <exception cref="ArgumentException">The picture has no place for it.</exception>
    public bool[] Draw(Span<float> pixels, int width, long picture, long seed)
    {
        int[] garment = [.. Places(pixels)];
        if (garment.Length == 0) throw new ArgumentException("pixels must show a garment, but are all background.", nameof(pixels));
        var random = new CounterBasedRandom(seed, picture, number);
        float[] before = pixels.ToArray();
        // A stroke that changes next to nothing is no defect: the next one is tried.
        for (uint place = 0; place < Tries; place++)
        {
            int centre = garment[random.UniformBelow(4 * place, garment.Length)];
            var stroke = new Stroke(
                centre / width, centre % width, Math.PI * random.Uniform(4 * place + 1), random.Uniform(4 * place + 2),
                before[centre] > 0 ? -1 : 1);
            for (int i = 0; i < before.Length; i++) pixels[i] = draw(stroke, i / width, i % width, before[i]);
            bool[] changed = new bool[before.Length];
            for (int i = 0; i < before.Length; i++) changed[i] = Math.Abs(pixels[i] - before[i]) > Changed;
            if (changed.Count(pixel => pixel) >= LeastChanged) return changed;
        }

        throw new ArgumentException($"pixels must have room for a {Name}, but {Tries} of them changed next to nothing.", nameof(pixels));
    }

    private static List<int> Places(ReadOnlySpan<float> pixels)
    {
        var places = new List<int>();
        for (int i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] > Garment) places.Add(i);
        }

        return places;
    }

    // A line about a pixel wide and 10 to 16 long, bright on dark and dark on bright.
    private static float Scratch(Stroke stroke, int y, int x, float pixel) =>
        stroke.Along(y, x) <= 5 + 3 * stroke.Size ? Mix(pixel, stroke.Contrast, 1.2 - Math.Abs(stroke.Across(y, x))) : pixel;

    // A spot with a soft edge, of 2 to 3.5 pixels radius, bright on dark and dark on bright.
    private static float Blob(Stroke stroke, int y, int x, float pixel) =>
        Mix(pixel, stroke.Contrast, Math.Exp(-Math.Pow(stroke.Distance(y, x) / (2 + 1.5 * stroke.Size), 4)));

    // A square of 5 to 9 pixels a side where only background is left.
    private static float MissingPatch(Stroke stroke, int y, int x, float pixel) =>
        Math.Max(Math.Abs(y - stroke.Y), Math.Abs(x - stroke.X)) <= 2 + 2 * stroke.Size ? -1 : pixel;

    private static float Mix(float pixel, float color, double share) => (float)(pixel + (color - pixel) * Math.Clamp(share, 0, 1));

    /// <summary>A place, a direction in radians, a size from 0 to 1, and a colour that stands out.</summary>
    private sealed record Stroke(int Y, int X, double Direction, double Size, float Contrast)
    {
        public double Along(int y, int x) => Math.Abs((y - Y) * Math.Sin(Direction) + (x - X) * Math.Cos(Direction));

        public double Across(int y, int x) => (y - Y) * Math.Cos(Direction) - (x - X) * Math.Sin(Direction);

        public double Distance(int y, int x) => Math.Sqrt((y - Y) * (y - Y) + (x - X) * (x - X));
    }
}
