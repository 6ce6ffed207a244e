using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>The folders that the hooks of a run keep for its length.</summary>
internal sealed class HeldFolders : IDisposable
{
    private readonly List<IDisposable> taken = [];

    /// <summary>Takes the folders of all hooks, or none; collective.</summary>
    /// <exception cref="IOException">Another run has one of them.</exception>
    public static HeldFolders Of(IEnumerable<ITrainingHook> hooks, ICommunicator ranks)
    {
        var folders = new HeldFolders();
        try
        {
            foreach (IExclusiveHook hook in hooks.OfType<IExclusiveHook>()) folders.taken.Add(hook.Take(ranks));
            return folders;
        }
        catch
        {
            folders.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable folder in taken) folder.Dispose();
    }
}
