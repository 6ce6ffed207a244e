namespace Ddpm.Core;

/// <summary>What to do about a missing native package, in the words of the way in which the program runs.</summary>
internal static class MissingPackage
{
    private const string Version = "0.107.0";

    /// <summary>The line to write or the command to run.</summary>
    public static string Remedy => $"{Line} (TorchSharp-cuda-linux or TorchSharp-cuda-windows for NVIDIA GPUs).";

    // The runtime knows the source of a file-based program. TorchSharp lies in NuGet's folder where a script or a notebook runs.
    private static string Line =>
        AppContext.GetData("EntryPointFilePath") is string file ? $"Add #:package TorchSharp-cpu@{Version} to {Path.GetFileName(file)}"
        : NuGetFolder.OfTorchSharp() is not null ? $"Begin the script or notebook with #r \"nuget: TorchSharp-cpu, {Version}\""
        : $"Run `dotnet add package TorchSharp-cpu --version {Version}` in the project of the program";
}
