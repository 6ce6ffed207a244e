using System.Reflection;

namespace Ddpm.Distributed.Mpi;

/// <summary>What this rank is, for the others to compare and to name.</summary>
internal static class RankIdentity
{
    /// <summary>Gets the program and its version, which must be the same on all ranks: another one makes other calls.</summary>
    public static IReadOnlyDictionary<string, string> Program { get; } = new Dictionary<string, string>
    {
        ["Program"] = Describe(Assembly.GetEntryAssembly()),
        ["Library"] = Describe(typeof(RankIdentity).Assembly),
    };

    /// <summary>Gets the process and its machine.</summary>
    public static string Place => $"process {Environment.ProcessId} on {Environment.MachineName}";

    private static string Describe(Assembly? assembly)
    {
        if (assembly is null) return "unknown";
        string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return $"{assembly.GetName().Name} {version}, build {assembly.ManifestModule.ModuleVersionId.ToString("N")[..8]}";
    }
}
