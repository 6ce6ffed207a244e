using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Ddpm.Benchmarks;

/// <summary>A number that follows from a benchmark's mean time and its <see cref="NetworkCase"/>.</summary>
/// <param name="name">The column's name.</param>
/// <param name="legend">What it shows.</param>
/// <param name="value">From seconds of one prediction, and the case.</param>
internal sealed class PaceColumn(string name, string legend, Func<double, NetworkCase, double> value) : IColumn
{
    public string Id => name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics?.Mean is not { } nanoseconds) return "-";
        NetworkCase measured = NetworkCase.Of((string)benchmarkCase.Parameters["Case"]);
        return value(nanoseconds / 1e9 / measured.Repeats, measured).ToString("F2", CultureInfo.InvariantCulture);
    }

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
