using Ddpm.Tests;

namespace Ddpm.Training.Tests.Observation;

/// <summary>
/// Metrics that were changed at random are continued after their last whole row, or refused by name and left as they are.
/// </summary>
public sealed class MetricsFuzzTests : IDisposable
{
    private const int Rows = 6, Resumed = 5;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-metrics-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("m.csv")]
    [InlineData("m.jsonl")]
    [InlineData("events.out.tfevents.ddpm")]
    public void Begin_FileChangedAtRandom_IsContinuedOrRefusedByName(string name)
    {
        string path = Path.Combine(folder.FullName, name);
        byte[] fresh;
        using (IMetricWriter writer = Open(path))
        {
            writer.Begin(0);
            fresh = File.ReadAllBytes(path);
            for (int step = 1; step <= Rows; step++) writer.Write(step, Row(step));
        }

        byte[] good = File.ReadAllBytes(path);
        int count = Mutations.Count(500);
        var run = new FuzzRun(name, path);
        foreach (byte[] changed in Mutations.Of(good, count, seed: 11))
        {
            File.WriteAllBytes(path, changed);
            run.Try(changed, () =>
            {
                using IMetricWriter writer = Open(path);
                string? refusal = FuzzRun.Refusal(() => writer.Begin(Resumed));
                byte[] after = File.ReadAllBytes(path);
                // What is kept is what was there, or nothing of it; a refused file is not touched.
                bool asBefore = changed.AsSpan().StartsWith(after) && (refusal is null || after.Length == changed.Length);
                (asBefore || after.AsSpan().SequenceEqual(fresh)).Should().BeTrue("the file must not hold {0}", Convert.ToHexString(after));
                return refusal ?? FuzzRun.Refusal(() => writer.Write(Rows, Row(Rows)));
            });
        }

        run.Require(leastRefused: 0.1);
    }

    private static IMetricWriter Open(string path) => Path.GetExtension(path) switch
    {
        ".csv" => new CsvMetrics(path),
        ".jsonl" => new JsonLinesMetrics(path),
        _ => new TensorBoardMetrics(Path.GetDirectoryName(path)!),
    };

    private static KeyValuePair<string, double>[] Row(int step) =>
        [new("loss", 1.0 / step), new("rate", 1e-4 * step), new("none", double.NaN)];
}
