using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// Draws points of the plane from a known distribution, to see with one's own eyes what a model learns: eight sets that papers use
/// (Grathwohl et al. 2019, arXiv:1810.01367, and scikit-learn's make_moons, make_circles and make_swiss_roll), scaled to about [-1, 1].
/// </summary>
/// <remarks>
/// Point i is a function of (seed, i) alone: longer draws begin with the same points. Draws of different seeds are independent.
/// </remarks>
public sealed class PlanarData
{
    private readonly Func<PlanarRandom, (double X, double Y)> draw;

    private PlanarData(string name, string title, double scale, Func<PlanarRandom, (double X, double Y)> draw)
    {
        Name = name;
        Title = title;
        this.draw = random =>
        {
            (double x, double y) = draw(random);
            return (x * scale, y * scale);
        };
    }

    /// <summary>Gets two interleaved half circles.</summary>
    public static PlanarData Moons { get; } = new("moons", "two moons", 0.5, random =>
    {
        bool upper = random.Below(0, 2) == 0;
        (double sin, double cos) = Math.SinCos(Math.PI * random.Uniform(1));
        (double x, double y) = upper ? (cos - 0.5, sin - 0.25) : (0.5 - cos, 0.25 - sin);
        return (x + 0.08 * random.Normal(0), y + 0.08 * random.Normal(1));
    });

    /// <summary>Gets four concentric circles, with points in proportion to their lengths.</summary>
    public static PlanarData Rings { get; } = new("rings", "four rings", 0.9, random =>
    {
        // Lengths are 1 : 2 : 3 : 4, of 10.
        int radius = random.Below(0, 10) switch { < 1 => 1, < 3 => 2, < 6 => 3, _ => 4 };
        (double sin, double cos) = Math.SinCos(2 * Math.PI * random.Uniform(1));
        return (radius / 4.0 * cos + 0.025 * random.Normal(0), radius / 4.0 * sin + 0.025 * random.Normal(1));
    });

    /// <summary>Gets two spirals that wind around each other.</summary>
    public static PlanarData Spirals { get; } = new("spirals", "two spirals", 0.25, random =>
    {
        double angle = 3 * Math.PI * Math.Sqrt(random.Uniform(1)), sign = random.Below(0, 2) == 0 ? 1 : -1;
        (double sin, double cos) = Math.SinCos(angle);
        return (sign * (-cos * angle + 0.5 * random.Uniform(2)) / 3 + 0.1 * random.Normal(0),
            sign * (sin * angle + 0.5 * random.Uniform(3)) / 3 + 0.1 * random.Normal(1));
    });

    /// <summary>Gets five curved blades.</summary>
    public static PlanarData Pinwheel { get; } = new("pinwheel", "pinwheel", 0.5, random =>
    {
        double radius = 1 + 0.3 * random.Normal(0), across = 0.1 * random.Normal(1);
        (double sin, double cos) = Math.SinCos(2 * Math.PI * random.Below(0, 5) / 5 + 0.25 * Math.Exp(radius));
        return (radius * cos - across * sin, radius * sin + across * cos);
    });

    /// <summary>Gets the dark squares of a board of four by four.</summary>
    public static PlanarData Checkerboard { get; } = new("checkerboard", "checkerboard", 0.5, random =>
    {
        double x = 4 * random.Uniform(1) - 2;
        int dark = (int)Math.Floor(x) & 1;
        return (x, random.Uniform(2) - 2 * random.Below(0, 2) + dark);
    });

    /// <summary>Gets eight normal distributions on a circle.</summary>
    public static PlanarData EightGaussians { get; } = new("eight-gaussians", "eight Gaussians", 0.85, random =>
    {
        (double sin, double cos) = Math.SinCos(2 * Math.PI * random.Below(0, 8) / 8);
        return (cos + 0.08 * random.Normal(0), sin + 0.08 * random.Normal(1));
    });

    /// <summary>Gets 25 normal distributions on a grid of five by five.</summary>
    public static PlanarData GaussianGrid { get; } = new("gaussian-grid", "25 Gaussians", 0.45, random =>
    {
        long cell = random.Below(0, 25);
        return (cell % 5 - 2 + 0.07 * random.Normal(0), cell / 5 - 2 + 0.07 * random.Normal(1));
    });

    /// <summary>Gets a spiral whose points lie as densely everywhere in its angle.</summary>
    public static PlanarData SwissRoll { get; } = new("swiss-roll", "swiss roll", 0.07, random =>
    {
        double angle = 1.5 * Math.PI * (1 + 2 * random.Uniform(1));
        (double sin, double cos) = Math.SinCos(angle);
        return (angle * cos + 0.5 * random.Normal(0), angle * sin + 0.5 * random.Normal(1));
    });

    /// <summary>Gets all eight sets.</summary>
    public static IReadOnlyList<PlanarData> All { get; } =
        [Moons, Rings, Spirals, Pinwheel, Checkerboard, EightGaussians, GaussianGrid, SwissRoll];

    /// <summary>Gets the name that commands and files use, such as moons.</summary>
    public string Name { get; }

    /// <summary>Gets the title that plots show, such as two moons.</summary>
    public string Title { get; }

    /// <summary>Returns the set of a name.</summary>
    /// <param name="name">The name, one of those of <see cref="All"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">No set has this name.</exception>
    public static PlanarData Of(string name) => All.FirstOrDefault(set => set.Name == name) ?? throw new ArgumentException(
        $"name must be one of {string.Join(", ", All.Select(set => set.Name))}, but is {name}.",
        nameof(name));

    /// <summary>Draws points of the set.</summary>
    /// <param name="count">The number of points. Range: ≥ 1.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>float32 [N, 2]; a fresh tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public Tensor Draw(int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        TorchRuntime.EnsureLoaded();
        var points = new float[count, 2];
        for (int i = 0; i < count; i++)
        {
            (double x, double y) = draw(new PlanarRandom(seed, i));
            (points[i, 0], points[i, 1]) = ((float)x, (float)y);
        }

        return tensor(points);
    }

    /// <summary>Returns the set's name.</summary>
    public override string ToString() => Name;
}
