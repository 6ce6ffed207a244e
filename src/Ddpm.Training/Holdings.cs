namespace Ddpm.Training;

/// <summary>Folders and files that a run keeps for its length.</summary>
internal sealed class Holdings : IDisposable
{
    private readonly List<IDisposable> taken = [];

    /// <summary>Takes all, or none.</summary>
    /// <param name="all">Each takes a folder or a file, and returns what releases it.</param>
    /// <exception cref="IOException">Another run has one of them.</exception>
    public void Take(IEnumerable<Func<IDisposable>> all)
    {
        try
        {
            foreach (Func<IDisposable> take in all) taken.Add(take());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable holding in taken) holding.Dispose();
        taken.Clear();
    }
}
