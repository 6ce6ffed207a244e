using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using TorchSharp;

namespace Ddpm.Core;

/// <summary>NuGet's folder of packages, from which scripts and notebooks load assemblies without copying anything beside them.</summary>
internal static class NuGetFolder
{
    // What TorchSharp 0.107.0 is built for.
    private const string LibTorchVersion = "2.10.0";

    /// <summary>The folder of all packages from which TorchSharp was loaded; null where it was loaded from elsewhere.</summary>
    public static string? OfTorchSharp() => Of(Location(typeof(torch).Assembly));

    /// <summary>The folder of all packages that holds packages/torchsharp/version/lib/framework/TorchSharp.dll.</summary>
    internal static string? Of(string torchSharp)
    {
        string[] parts = torchSharp.Split(Path.DirectorySeparatorChar);
        return parts is [_, .., var package, _, "lib", _, _] && package.Equals("torchsharp", StringComparison.OrdinalIgnoreCase)
            ? string.Join(Path.DirectorySeparatorChar, parts[..^5])
            : null;
    }

    /// <summary>Where the native files of TorchSharp and libtorch lie; empty where TorchSharp was loaded from elsewhere.</summary>
    public static IEnumerable<string> NativeDirectories()
    {
        if (OfTorchSharp() is not { } packages) return [];
        string own = Path.Combine(Location(typeof(torch).Assembly), "..", "..", "..", "runtimes", "linux-x64", "native");
        string?[] folders = [packages, Environment.GetEnvironmentVariable("NUGET_PACKAGES"), Default];
        return folders.OfType<string>().Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, "libtorch-cpu-linux-x64", LibTorchVersion, "runtimes", "linux-x64", "native"))
            .Prepend(Path.GetFullPath(own));
    }

    private static string Default => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "In one file there is no location: the text is empty, and is no package's folder.")]
    private static string Location(Assembly assembly) => assembly.Location;
}
