using System.Globalization;
using Ddpm.Data;
using Ddpm.Evaluation;

namespace Toys;

/// <summary>
/// How many samples lie on the data's shape (precision) and how much of the shape they cover (recall), measured against held-out points;
/// and what such numbers mean: those of other points of the data, and of a normal distribution with the data's mean and covariance, which
/// knows nothing of their shape.
/// </summary>
/// <param name="Set">The data set.</param>
/// <param name="Samples">Those of the samples of Algorithm 2.</param>
/// <param name="Ddim">Those of the samples of DDIM in 20 steps.</param>
/// <param name="Real">Those of other points of the data.</param>
/// <param name="Normal">Those of the normal distribution.</param>
/// <param name="Seconds">How long the set took.</param>
internal sealed record ToyScore(
    PlanarData Set,
    PrecisionRecallResult Samples,
    PrecisionRecallResult Ddim,
    PrecisionRecallResult Real,
    PrecisionRecallResult Normal,
    double Seconds)
{
    /// <summary>The least recall of learned samples; docs/toys.md says from which measurements, as of the least precision.</summary>
    public const double LeastRecall = 0.93;

    /// <summary>The title of the table.</summary>
    public static string Header => $"{"precision, recall",-18}{"DDPM",12}{"DDIM",14}{"data",14}{"normal",14}{"seconds",10}";

    /// <summary>The least precision of learned samples. Gaps between rings are the finest structure, and learned last.</summary>
    public double LeastPrecision => Set == PlanarData.Rings ? 0.8 : 0.9;

    /// <summary>Whether DDPM's samples have the data's shape.</summary>
    public bool Good => Samples.Precision >= LeastPrecision && Samples.Recall >= LeastRecall;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Set.Title,-18}{Pair(Samples),12}{Pair(Ddim),14}{Pair(Real),14}{Pair(Normal),14}{Seconds,10:F1}{(Good ? "" : "  not learned")}");

    private static string Pair(PrecisionRecallResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"{result.Precision:F2}  {result.Recall:F2}");
}
