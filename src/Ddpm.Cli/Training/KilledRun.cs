using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Training;

/// <summary>What a run leaves that was killed while it wrote its model or a file beside it: files under temporary names.</summary>
internal static class KilledRun
{
    // Other folders of a run are cleaned by what writes there.
    private static readonly string[] Files = [RunOptionsFile.FileName, "loss.png"];

    /// <summary>Removes them. The caller holds the folder.</summary>
    /// <param name="output">The folder of the run.</param>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    public static void RemoveLeftovers(string output)
    {
        foreach (string name in Files) DurableFolder.RemoveLeftovers(output, name);
        string model = Path.Combine(output, "model");
        if (!Directory.Exists(model)) return;
        foreach (string folder in Directory.GetDirectories(model, "*", SearchOption.AllDirectories).Append(model))
        {
            DurableFolder.RemoveLeftovers(folder, "*");
        }
    }
}
