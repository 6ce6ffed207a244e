namespace Ddpm.Hosting;

/// <summary>
/// The runs that wait for one worker. Callers take turns: each has a line, and the first of each line comes before the second of any. One
/// that is cancelled leaves its place at once. Where all places are taken, the last of the longest line makes room for a caller with fewer,
/// so that no caller can keep the others out (buffer stealing; McKenney 1990, "Stochastic fairness queueing").
/// </summary>
internal sealed class RunQueue : IDisposable
{
    private readonly Lock gate = new();

    // The line of each caller, in the order of their turns.
    private readonly LinkedList<CallerLine> turns = [];
    private readonly Dictionary<string, LinkedListNode<CallerLine>> callers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> lengths = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim arrivals = new(0);

    /// <summary>Returns how many runs of a model wait.</summary>
    public int LengthOf(string model)
    {
        lock (gate) return lengths.GetValueOrDefault(model);
    }

    /// <summary>Puts a run at the end of its caller's line.</summary>
    /// <param name="run">The run.</param>
    /// <param name="most">How many of its model may wait.</param>
    /// <param name="displaced">Receives the run that made room and waits no more; null for none.</param>
    /// <returns>False where as many wait as may, and no caller has more than this one would have.</returns>
    public bool TryAdd(Run run, int most, out Run? displaced)
    {
        displaced = null;
        lock (gate)
        {
            if (LengthOf(run.ModelName) >= most)
            {
                displaced = LastOfLongest(run);
                if (displaced is null) return false;
                Remove(displaced);
            }

            Append(run);
        }

        run.Stopping.Register(() => Leave(run));
        arrivals.Release();
        return true;
    }

    /// <summary>Waits for the next run, and takes those that may share it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IReadOnlyList<Run> Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            arrivals.Wait(cancellationToken);
            lock (gate)
            {
                // Those that left, or joined others, had been counted as arrivals.
                if (turns.First is not { } turn) continue;
                var batch = new RunBatch(turn.Value.Runs[0]);
                foreach (Run next in InOrder().Skip(1).TakeWhile(_ => !batch.IsClosed)) batch.Offer(next);
                foreach (Run run in batch.Runs) TakeTurn(run);
                Renumber();
                return batch.Runs;
            }
        }
    }

    /// <summary>Returns all runs that wait.</summary>
    public IReadOnlyList<Run> All()
    {
        lock (gate) return [.. turns.SelectMany(turn => turn.Runs)];
    }

    public void Dispose() => arrivals.Dispose();

    private void Leave(Run run)
    {
        lock (gate)
        {
            if (!Remove(run)) return;
        }

        run.ReleaseModel();
    }

    private void Append(Run run)
    {
        if (!callers.TryGetValue(run.Caller, out LinkedListNode<CallerLine>? turn))
        {
            callers.Add(run.Caller, turn = turns.AddLast(new CallerLine(run.Caller)));
        }

        turn.Value.Runs.Add(run);
        lengths[run.ModelName] = lengths.GetValueOrDefault(run.ModelName) + 1;
        int place = turn.Value.Runs.Count, position = 0;
        bool before = true;
        foreach (CallerLine line in turns)
        {
            if (line == turn.Value) before = false;
            position += Math.Min(line.Runs.Count, before ? place : place - 1);
        }

        run.MoveTo(position);
    }

    private bool Remove(Run run)
    {
        if (!callers.TryGetValue(run.Caller, out LinkedListNode<CallerLine>? turn) || !turn.Value.Runs.Remove(run)) return false;
        lengths[run.ModelName]--;
        if (turn.Value.Runs.Count > 0) return true;
        turns.Remove(turn);
        callers.Remove(run.Caller);
        return true;
    }

    // Whose run is taken goes to the end of the turns.
    private void TakeTurn(Run run)
    {
        LinkedListNode<CallerLine> turn = callers[run.Caller];
        Remove(run);
        if (turn.Value.Runs.Count == 0) return;
        turns.Remove(turn);
        turns.AddLast(turn);
    }

    private Run? LastOfLongest(Run run)
    {
        int own = callers.TryGetValue(run.Caller, out LinkedListNode<CallerLine>? turn) ? turn.Value.CountOf(run.ModelName) : 0;
        CallerLine longest = turns.MaxBy(line => line.CountOf(run.ModelName))!;
        return longest.CountOf(run.ModelName) > own + 1 ? longest.Runs.FindLast(other => other.ModelName == run.ModelName) : null;
    }

    private IEnumerable<Run> InOrder()
    {
        List<CallerLine> longer = [.. turns];
        for (int place = 0; longer.Count > 0; place++)
        {
            foreach (CallerLine line in longer) yield return line.Runs[place];
            longer.RemoveAll(line => line.Runs.Count <= place + 1);
        }
    }

    // Once for every run that begins; those who leave or come between change the places of others until then.
    private void Renumber()
    {
        foreach ((int position, Run run) in InOrder().Index()) run.MoveTo(position);
    }
}
