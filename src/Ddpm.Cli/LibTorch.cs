using System.Runtime.InteropServices;
using Ddpm.Core;

namespace Ddpm.Cli;

/// <summary>
/// Finds libtorch for the tool <c>ddpm</c>, whose package leaves it out: in the folder that <c>DDPM_LIBTORCH</c> names, or in NuGet's
/// folder of packages. A build and <c>dotnet publish</c> carry libtorch, and nothing is searched.
/// </summary>
internal static class LibTorch
{
    /// <summary>The environment variable that names a folder with libtorch, such as one with CUDA.</summary>
    public const string Variable = "DDPM_LIBTORCH";

    /// <summary>The version that TorchSharp is built for.</summary>
    public const string Version = "2.10.0";

    // TorchRuntime looks for TorchSharp's and libtorch's files in the folders of this list.
    private const string SearchList = "NATIVE_DLL_SEARCH_DIRECTORIES";

    // In the order in which they need each other.
    private static readonly string[] Libraries = ["c10", "torch_cpu", "torch"];

    /// <summary>Loads libtorch, from where it is if it does not lie beside the program. Call it before anything makes a tensor.</summary>
    /// <param name="purpose">What needs it, as "ddpm train".</param>
    /// <exception cref="TorchRuntimeException">
    /// It is missing, and the message says in one line how to get it; or it cannot be loaded here.
    /// </exception>
    public static void Load(string purpose)
    {
        string list = AppContext.GetData(SearchList) as string ?? "";
        string[] own = [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), AppContext.BaseDirectory];
        if (!own.Any(IsLibTorch))
        {
            string folder = Path.GetFullPath(Find(purpose));
            AppContext.SetData(SearchList, string.Join(Path.PathSeparator, [.. own, folder]));
            foreach (string library in Libraries)
            {
                // A loaded library satisfies every later request for its name. TorchRuntime explains a failure.
                if (!NativeLibrary.TryLoad(Path.Combine(folder, FileName(library)), out _)) break;
            }
        }

        TorchRuntime.EnsureLoaded();
    }

    /// <summary>The folder in which NuGet keeps packages.</summary>
    /// <param name="named">The value of NUGET_PACKAGES; null or empty where it is not set.</param>
    internal static string Packages(string? named) => string.IsNullOrEmpty(named)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")
        : named;

    /// <summary>Where the package of libtorch for this platform has its files.</summary>
    internal static string InPackages(string packages) => Path.Combine(packages, Package, Version, "runtimes", Platform, "native");

    private static string Find(string purpose)
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        string packages = Packages(Environment.GetEnvironmentVariable("NUGET_PACKAGES"));
        string folder = string.IsNullOrEmpty(named) ? InPackages(packages) : named;
        if (IsLibTorch(folder)) return folder;
        throw new TorchRuntimeException(
            string.IsNullOrEmpty(named)
                ? $"{purpose} needs libtorch {Version}, once for all programs: "
                    + $"dotnet package download {Package}@{Version} --output {packages}"
                : $"{Variable} must name a folder with {FileName("torch_cpu")}, which {purpose} needs, but {named} has none.");
    }

    private static string Platform =>
        OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    private static string Package => $"libtorch-cpu-{Platform}";

    private static bool IsLibTorch(string folder) => File.Exists(Path.Combine(folder, FileName("torch_cpu")));

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";
}
