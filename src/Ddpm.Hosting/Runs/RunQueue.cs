namespace Ddpm.Hosting;

/// <summary>
/// The runs that wait for one worker. Callers take turns: each has a line, and the first of each line comes before the second of any. One
/// that is cancelled leaves its place at once.
/// </summary>
internal sealed class RunQueue : IDisposable
{
    private readonly Lock gate = new();

    // The line of each caller, in the order of their turns.
    private readonly LinkedList<(string Caller, List<Run> Line)> turns = [];
    private readonly SemaphoreSlim arrivals = new(0);

    /// <summary>Returns how many runs of a model wait.</summary>
    public int LengthOf(string model)
    {
        lock (gate) return turns.Sum(turn => turn.Line.Count(run => run.ModelName == model));
    }

    /// <summary>Puts a run at the end of its caller's line; false where as many of its model wait as may.</summary>
    public bool TryAdd(Run run, int most)
    {
        lock (gate)
        {
            if (LengthOf(run.ModelName) >= most) return false;
            LineOf(run.Caller).Add(run);
            Renumber();
        }

        run.Stopping.Register(() => Leave(run));
        arrivals.Release();
        return true;
    }

    /// <summary>Waits for the next run, and takes those that may share it.</summary>
    /// <param name="join">Whether a run may share that of others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IReadOnlyList<Run> Take(Func<IReadOnlyList<Run>, Run, bool> join, CancellationToken cancellationToken)
    {
        while (true)
        {
            arrivals.Wait(cancellationToken);
            lock (gate)
            {
                // Those that left, or joined others, had been counted as arrivals.
                if (turns.First is not { } turn) continue;
                List<Run> taken = [turn.Value.Line[0]];
                Remove(turn, taken[0]);
                foreach (Run next in InOrder().Where(next => join(taken, next))) taken.Add(next);
                foreach (Run next in taken.Skip(1)) Remove(Find(next)!, next);
                Renumber();
                return taken;
            }
        }
    }

    /// <summary>Returns all runs that wait.</summary>
    public IReadOnlyList<Run> All()
    {
        lock (gate) return [.. turns.SelectMany(turn => turn.Line)];
    }

    public void Dispose() => arrivals.Dispose();

    private void Leave(Run run)
    {
        lock (gate)
        {
            if (Find(run) is not { } turn) return;
            turn.Value.Line.Remove(run);
            if (turn.Value.Line.Count == 0) turns.Remove(turn);
            Renumber();
        }

        run.ReleaseModel();
    }

    private List<Run> LineOf(string caller)
    {
        foreach ((string other, List<Run> line) in turns)
        {
            if (other == caller) return line;
        }

        turns.AddLast((caller, []));
        return turns.Last!.Value.Line;
    }

    private LinkedListNode<(string Caller, List<Run> Line)>? Find(Run run)
    {
        for (LinkedListNode<(string Caller, List<Run> Line)>? turn = turns.First; turn is not null; turn = turn.Next)
        {
            if (turn.Value.Caller == run.Caller) return turn.Value.Line.Contains(run) ? turn : null;
        }

        return null;
    }

    // Whose run is taken goes to the end of the turns.
    private void Remove(LinkedListNode<(string Caller, List<Run> Line)> turn, Run run)
    {
        turns.Remove(turn);
        turn.Value.Line.Remove(run);
        if (turn.Value.Line.Count > 0) turns.AddLast(turn);
    }

    private List<Run> InOrder()
    {
        var order = new List<Run>();
        int longest = turns.Count == 0 ? 0 : turns.Max(turn => turn.Line.Count);
        for (int place = 0; place < longest; place++)
        {
            foreach ((_, List<Run> line) in turns)
            {
                if (place < line.Count) order.Add(line[place]);
            }
        }

        return order;
    }

    private void Renumber()
    {
        int position = 0;
        foreach (Run run in InOrder())
        {
            int place = position++;
            if (run.Snapshot.Position != place) run.Update(snapshot => snapshot with { Position = place });
        }
    }
}
