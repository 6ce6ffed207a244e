using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace Ddpm.Benchmarks;

/// <summary>How near a benchmark comes to the machine: the fraction of its roofline, and which that is.</summary>
internal abstract class RooflineColumns : ManualConfig
{
    /// <param name="work">What one call of a benchmark does; null where nothing compares with it.</param>
    protected RooflineColumns(Func<BenchmarkCase, Work?> work) => AddColumn(
        new MeanColumn(
            "Of roofline",
            "Operations or bytes a second against those of the roofline, measured in the same process",
            (seconds, measured) => Format.Number(work(measured)?.Fraction(seconds))),
        new MeanColumn("Roofline", "What the row is compared with", (_, measured) => work(measured)?.Against.Name ?? "-"));
}
