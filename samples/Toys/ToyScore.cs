using System.Globalization;
using Ddpm.Data;

namespace Toys;

/// <summary>
/// How far samples are from held-out points, in energy distance, and what such a number means: that of two draws of the data, and of a
/// normal distribution with the data's mean and covariance, which knows nothing of their shape.
/// </summary>
/// <param name="Set">The data set.</param>
/// <param name="Samples">The distance of the samples of Algorithm 2 to held-out points.</param>
/// <param name="Ddim">The distance of the samples of DDIM in 20 steps.</param>
/// <param name="Real">The distance of other points of the data.</param>
/// <param name="Normal">The distance of the normal distribution.</param>
internal sealed record ToyScore(PlanarData Set, double Samples, double Ddim, double Real, double Normal)
{
    private const double Allowed = 0.3;

    /// <summary>The title of the table.</summary>
    public static string Header => $"{"energy distance × 1,000 to held-out points",-44}{"DDPM",8}{"DDIM",8}{"data",8}{"normal",8}";

    /// <summary>Whether DDPM's samples have the data's shape: three tenths of the distance that points without it have.</summary>
    public bool Good => Samples < Allowed * Normal;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Set.Title,-44}{1000 * Samples,8:F2}{1000 * Ddim,8:F2}{1000 * Real,8:F2}{1000 * Normal,8:F2}{(Good ? "" : "  not learned")}");
}
