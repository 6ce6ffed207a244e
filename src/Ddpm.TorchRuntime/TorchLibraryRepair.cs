using System.Runtime.InteropServices;

namespace Ddpm.Core;

/// <summary>
/// Loads libLibTorchSharp.so from a repaired copy in memory. The file asks for version GLIBCXX_3.4.32 of libstdc++ for the sake of one
/// marker symbol that nothing in it uses; the copy marks that need as weak, and the loader then accepts it. The copy is an anonymous memory
/// file: nothing is written to disk, so that nothing can be tampered with there and processes that start together cannot collide.
/// </summary>
internal sealed class TorchLibraryRepair
{
    internal const string FileName = "libLibTorchSharp.so";
    internal const string NeededLibrary = "libstdc++.so.6";
    internal const string NeededVersion = "GLIBCXX_3.4.32";

    // The copy in memory has no folder, so that what lies beside the original is loaded first, by its full path.
    private static readonly string[] Dependencies = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private TorchLibraryRepair(nint handle, string? problem)
    {
        Handle = handle;
        Problem = problem;
    }

    /// <summary>Gets the loaded library; 0 where it could not be loaded.</summary>
    public nint Handle { get; }

    /// <summary>Gets why it could not be loaded; null where it was.</summary>
    public string? Problem { get; }

    /// <summary>Finds the library in one of the folders, repairs a copy and loads it.</summary>
    /// <param name="directories">The folders to look in.</param>
    public static TorchLibraryRepair Run(IReadOnlyList<string> directories)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return Failed($"This process runs on {RuntimeInformation.ProcessArchitecture}, but TorchSharp has native libraries for x64 " +
                "only on Linux. Run it on an x64 machine.");
        }

        string? path = directories.Select(directory => Path.Combine(directory, FileName)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return Failed($"TorchSharp's native library {FileName} was not found in {string.Join(", ", directories)}. " +
                MissingPackage.Remedy);
        }

        string folder = Path.GetDirectoryName(path)!;
        foreach (string dependency in Dependencies)
        {
            string dependencyPath = new[] { folder }.Concat(directories).Select(directory => Path.Combine(directory, dependency))
                .FirstOrDefault(File.Exists) ?? "";
            if (dependencyPath.Length == 0)
            {
                return Failed($"libtorch's {dependency} was not found beside {path}. {MissingPackage.Remedy}");
            }

            if (TryLoad(dependencyPath, out _) is { } error) return Failed(SystemTooOld(dependencyPath, error));
        }

        byte[] image = File.ReadAllBytes(path);
        ElfEditResult edit = ElfVersionNeeds.Weaken(image, NeededLibrary, NeededVersion);
        if (edit is not (ElfEditResult.Weakened or ElfEditResult.AlreadyWeak or ElfEditResult.VersionNotNeeded))
        {
            return Failed($"{path} cannot be repaired ({edit}). {Remedy}");
        }

        using var copy = MemoryFile.Create(FileName, image);
        return TryLoad(copy.Path, out nint handle) is { } failure
            ? Failed(SystemTooOld(path, failure))
            : new TorchLibraryRepair(handle, null);
    }

    private const string Remedy = "Needed: glibc 2.28 and libstdc++ with GLIBCXX_3.4.30 (GCC 12) or later, as in Debian 12, Ubuntu 22.04 " +
        "and later; RHEL 9 and its kin end at GLIBCXX_3.4.29. Install a newer libstdc++6, or run in a container of such a system.";

    private static TorchLibraryRepair Failed(string problem) => new(0, problem);

    private static string SystemTooOld(string path, string loaderError) =>
        $"{path} cannot be loaded on {RuntimeInformation.OSDescription}: the system's loader says \"{loaderError}\"; libstdc++ here " +
        $"offers {LibStdCpp.NewestVersion() ?? "no version that could be read"}. {Remedy}";

    private static string? TryLoad(string path, out nint handle)
    {
        try
        {
            handle = NativeLibrary.Load(path);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            return exception.Message.ReplaceLineEndings(" ").Trim();
        }
    }
}
