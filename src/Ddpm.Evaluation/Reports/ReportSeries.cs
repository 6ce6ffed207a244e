using System.Collections.Immutable;

namespace Ddpm.Evaluation;

/// <summary>Holds a table of numbers that accompanies a report's metrics, such as the rate–distortion curve.</summary>
/// <param name="Name">The name, such as rate_distortion.</param>
/// <param name="Columns">The names of the columns, with their units.</param>
/// <param name="Rows">The rows, each with as many numbers as there are columns.</param>
public sealed record ReportSeries(string Name, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<double>> Rows);
