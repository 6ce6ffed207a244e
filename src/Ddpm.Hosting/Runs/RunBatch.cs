namespace Ddpm.Hosting;

/// <summary>Runs that are drawn as one: no picture changes by it, not in a bit.</summary>
internal sealed class RunBatch
{
    private readonly List<Run> runs;
    private readonly int least;
    private int left;

    /// <param name="first">The first run.</param>
    public RunBatch(Run first)
    {
        runs = [first];
        RunSettings settings = first.Settings;
        least = first.Model.RowsOfOneWay(settings.Shape[1], settings.Shape[2]);
        left = settings.IsPlain && settings.Sample.Count >= least ? first.Model.Options.MaxBatch - settings.Sample.Count : 0;
    }

    /// <summary>Gets the runs.</summary>
    public IReadOnlyList<Run> Runs => runs;

    /// <summary>Gets whether no run may join any more.</summary>
    public bool IsClosed => left < least;

    /// <summary>Takes a run in if it is like the others and there is room for it.</summary>
    public void Offer(Run next)
    {
        Run first = runs[0];
        int count = next.Settings.Sample.Count;
        if (count < least || count > left || next.Model != first.Model || !IsLike(first.Settings, next.Settings)) return;
        runs.Add(next);
        left -= count;
    }

    private static bool IsLike(RunSettings one, RunSettings other) =>
        other.IsPlain && one.Sampler == other.Sampler && one.Sample.Guidance == other.Sample.Guidance
            && one.Sample.GuidanceInterval == other.Sample.GuidanceInterval
            && (one.Sample.KeptConditions ?? []).SequenceEqual(other.Sample.KeptConditions ?? [])
            && one.Sample.Labels is null == other.Sample.Labels is null && one.Shape.AsSpan().SequenceEqual(other.Shape);
}
