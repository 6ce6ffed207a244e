using Ddpm.Data;
using Ddpm.Evaluation;

namespace Weather.Gaps;

/// <summary>The score of each variable, in °C, m/s and mm.</summary>
internal sealed class GapScore
{
    private readonly EnsembleScore[] scores = [.. WeatherData.Variables.Select(_ => new EnsembleScore(0.8))];

    public EnsembleScore Of(int variable) => scores[variable];

    /// <summary>Adds hidden cells.</summary>
    public void Add(TimeSeries whole, FilledSeries filled, IReadOnlyList<(int Column, int Row)> hidden)
    {
        foreach ((int column, int row) in hidden)
        {
            double[] samples = [.. filled.Samples(column, row).ToArray().Select(x => InUnits(column, x))];
            scores[column].Add(samples, InUnits(column, whole.Values(column)[row]));
        }
    }

    // Wind and rain were logarithms.
    private static double InUnits(int variable, double value) => variable switch
    {
        2 => Math.Exp(value),
        3 => Math.Max(0, Math.Exp(value) - 1),
        _ => value,
    };
}
