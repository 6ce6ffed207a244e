namespace Ddpm.Inference;

/// <summary>
/// How a convolution is divided: rows (pixels or tiles) into chunks, and columns into groups of panels where chunks alone are too few. A
/// part is a chunk times a group.
/// </summary>
/// <param name="ChunkRows">The rows of a chunk; the last may have fewer.</param>
/// <param name="Chunks">How many chunks.</param>
/// <param name="Groups">How many groups of panels.</param>
internal readonly record struct WorkDivision(int ChunkRows, int Chunks, int Groups)
{
    // A core's second cache holds this many weights, beside what else it must hold; such weights are fetched by every thread for nothing.
    private const long CachedWeights = 100_000;

    public int Parts => Chunks * Groups;

    /// <summary>Returns the division for some threads.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="most">The rows of a chunk at most: what the caches hold.</param>
    /// <param name="granule">What the rows of a chunk should be a multiple of.</param>
    /// <param name="panels">All panels.</param>
    /// <param name="weights">How many weights all panels have.</param>
    /// <param name="threads">How many threads share the work.</param>
    public static WorkDivision Of(int rows, int most, int granule, int panels, long weights, int threads)
    {
        most = Math.Max(granule, most / granule * granule);
        int chunks = Ratio(rows, most);
        // Many large weights and few rows: each thread reads its own share of the weights.
        if (chunks < threads && weights > CachedWeights) return new WorkDivision(most, chunks, Math.Min(panels, Ratio(threads, chunks)));
        // So many chunks that threads end together.
        if (chunks < 4 * threads) chunks = Ratio(chunks, threads) * threads;
        int size = Math.Max(granule, Ratio(Ratio(rows, chunks), granule) * granule);
        chunks = Ratio(rows, size);
        return new WorkDivision(size, chunks, chunks < threads ? Math.Min(panels, Ratio(threads, chunks)) : 1);
    }

    /// <summary>Returns the first row of a part and the one after its last.</summary>
    public (int First, int End) Rows(int part, int rows)
    {
        int first = part / Groups * ChunkRows;
        return (first, Math.Min(rows, first + ChunkRows));
    }

    /// <summary>Returns the first panel of a part and the one after its last.</summary>
    public (int First, int End) Panels(int part, int panels)
    {
        int group = part % Groups;
        return (panels * group / Groups, panels * (group + 1) / Groups);
    }

    /// <summary>Returns the panels that a part has at most.</summary>
    public int MostPanels(int panels) => Ratio(panels, Groups);

    private static int Ratio(int dividend, int divisor) => (dividend + divisor - 1) / divisor;
}
