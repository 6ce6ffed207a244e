namespace Ddpm.Benchmarks;

/// <summary>A table of time and work by something that grows.</summary>
internal sealed class GrowthTable
{
    private static readonly string[] Ways = ["plain", "compiled"];

    private readonly (double Seconds, double Flops)[] first = new (double, double)[Ways.Length];

    /// <param name="grows">What grows.</param>
    public GrowthTable(string grows) =>
        MarkdownTable.Begin(2, grows, "way", "median ms", "ms/image", "GFLOP", "of roofline", "time ×", "work ×");

    /// <summary>Measures at a point, and writes a row for each way.</summary>
    public void Add(string point, int images, double flops, Action plain, Action compiled)
    {
        double[] medians = InTurn.Medians(Effort.Of(3.0, 0.0), plain, compiled);
        for (int way = 0; way < Ways.Length; way++)
        {
            if (first[way].Seconds == 0) first[way] = (medians[way], flops);
            MarkdownTable.Row(
                point,
                Ways[way],
                Format.Milliseconds(medians[way]),
                Format.Milliseconds(medians[way] / images, 3),
                Format.Number(flops / 1e9),
                Format.Number(Work.Flops(flops).Fraction(medians[way])),
                Format.Times(medians[way] / first[way].Seconds),
                Format.Times(flops / first[way].Flops));
        }
    }
}
