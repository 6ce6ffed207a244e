namespace Ddpm.Core;

/// <summary>
/// Receives every change of a file or folder before it is made, and may throw instead: tests end a run at each of them, as a kill would.
/// </summary>
internal static class FileProbe
{
    private static readonly AsyncLocal<Action<string, string>?> Current = new();

    /// <summary>Gets whether a probe is set.</summary>
    public static bool IsSet => Current.Value is not null;

    /// <summary>Sets the probe of this thread of execution.</summary>
    /// <param name="probe">Receives the operation and the path; null for none.</param>
    public static void Set(Action<string, string>? probe) => Current.Value = probe;

    /// <summary>Tells the probe of an operation that is about to be made.</summary>
    public static void Before(string operation, string path) => Current.Value?.Invoke(operation, path);

    /// <summary>
    /// Returns a stream whose every write is made in two halves that the probe sees, so that a write can end in the middle.
    /// </summary>
    public static Stream Watch(Stream stream, string path) => IsSet ? new ProbedStream(stream, path) : stream;
}
