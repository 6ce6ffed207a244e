namespace Ddpm.Hosting;

/// <summary>The runs by their names: all that are not over, and the last that are, so that their pictures can be fetched.</summary>
internal sealed class RunStore(int keptRuns)
{
    private readonly Lock gate = new();
    private readonly List<Run> runs = [];

    public void Add(Run run)
    {
        lock (gate)
        {
            runs.Add(run);
            Run[] over = [.. runs.Where(old => old.Snapshot.IsOver)];
            foreach (Run old in over.Take(over.Length - keptRuns)) runs.Remove(old);
        }
    }

    /// <summary>Returns a run.</summary>
    /// <exception cref="ProblemException">There is none of that name.</exception>
    public Run Find(string id)
    {
        lock (gate) return runs.Find(run => run.Id == id) ?? throw new ProblemException(Problem.NoSuchRun(id));
    }
}
