namespace Ddpm.Core;

/// <summary>
/// Keeps a folder or a file for one run at a time, of this process or any other: a lock file beside the contents stays open and locked.
/// The operating system releases the lock when the process ends, also when it is killed, so that nothing stale ever blocks.
/// </summary>
/// <remarks>
/// The lock is advisory: it binds programs that ask for it. On Unix it is flock, which holds between containers that mount one folder of
/// one machine, and between machines where the file system passes it on: NFS from Linux 2.6.12 on and SMB, unless mounted with nolock,
/// local_lock or nobrl, and Lustre mounted with flock. It does not hold on folders that a program synchronises or object stores that look
/// like folders, between the two sides of a virtual machine's shared folder, nor where DOTNET_SYSTEM_IO_DISABLEFILELOCKING is set. On
/// Windows it is a share mode.
/// </remarks>
public sealed class RunLock : IDisposable
{
    // EAGAIN of Linux, EWOULDBLOCK of macOS, a sharing violation of Windows.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream? file;

    private RunLock(FileStream? file) => this.file = file;

    /// <summary>Locks a folder for a run. It is collective.</summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="ranks">The processes of the run, of which the first takes the folder. Default: a single process.</param>
    /// <param name="name">What the run keeps in the folder: locks of different names do not exclude each other.</param>
    /// <returns>The lock; disposal releases it and removes the lock file.</returns>
    /// <exception cref="IOException">Another run has the folder, or it cannot be created.</exception>
    /// <exception cref="DistributedException">
    /// Another run has the folder, or it cannot be created; thrown on ranks other than the first.
    /// </exception>
    public static RunLock OfFolder(string folder, ICommunicator? ranks = null, string name = "run")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        FileStream? file = null;
        (ranks ?? SingleProcess.Instance).OnFirstRank(() =>
        {
            DurableFolder.Create(folder);
            file = Open(LockFile(folder, name), folder);
        });
        return new RunLock(file);
    }

    /// <summary>Locks a file for a run.</summary>
    /// <param name="path">The file, which need not exist; its folder must.</param>
    /// <returns>The lock; disposal releases it and removes the lock file.</returns>
    /// <exception cref="IOException">Another run has the file, or its folder does not exist.</exception>
    public static RunLock OfFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        return new RunLock(Open(LockFile(Path.GetDirectoryName(full)!, Path.GetFileName(full)), path));
    }

    /// <summary>Checks that no run has a folder. It needs no permission to write there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">What the runs keep in the folder.</param>
    /// <exception cref="IOException">A run has the folder.</exception>
    public static void RequireFree(string folder, string name = "run")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        try
        {
            using var file = new FileStream(LockFile(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (
            exception is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            throw InUse(folder, exception);
        }
    }

    /// <summary>Releases the lock and removes the lock file.</summary>
    public void Dispose() => file?.Dispose();

    /// <summary>The name of the lock file of what a run keeps in a folder.</summary>
    internal static string FileName(string name) => $".{name}.lock";

    private static string LockFile(string folder, string name) => Path.Combine(folder, FileName(name));

    // With these very arguments .NET makes sure that the file that it has locked is the one at the path, for the run before may have
    // removed that between the opening and the locking.
    private static FileStream Open(string path, string what)
    {
        try
        {
            return new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            throw InUse(what, exception);
        }
    }

    private static bool IsHeld(IOException exception) => Array.IndexOf(Held, exception.HResult) >= 0;

    private static IOException InUse(string what, IOException cause) =>
        new($"{what} is in use by another run: wait for its end or stop it, or choose another place.", cause);
}
