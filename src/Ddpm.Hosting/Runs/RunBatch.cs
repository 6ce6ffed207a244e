namespace Ddpm.Hosting;

/// <summary>Which runs may be drawn as one: no picture changes by it, not in a bit.</summary>
internal static class RunBatch
{
    /// <summary>Returns whether a run may join others.</summary>
    public static bool MayJoin(IReadOnlyList<Run> runs, Run next)
    {
        Run first = runs[0];
        if (next.Model != first.Model || !next.Settings.IsPlain || !first.Settings.IsPlain) return false;
        RunSettings one = first.Settings, other = next.Settings;
        bool alike = one.Sampler == other.Sampler && one.Sample.Guidance == other.Sample.Guidance
            && one.Sample.Labels is null == other.Sample.Labels is null && one.Shape.AsSpan().SequenceEqual(other.Shape);
        if (!alike || runs.Sum(run => (long)run.Settings.Sample.Count) + other.Sample.Count > first.Model.Options.MaxBatch) return false;
        int least = first.Model.RowsOfOneWay(one.Shape[1], one.Shape[2]);
        return runs.Append(next).All(run => run.Settings.Sample.Count >= least);
    }
}
