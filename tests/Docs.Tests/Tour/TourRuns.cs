namespace Docs.Tests.Tour;

/// <summary>
/// Runs chapters, each once, in a folder of its own with the files of the repository that chapters read. Holds what they printed and drew.
/// </summary>
public sealed class TourRuns : IDisposable
{
    private static readonly string[] Files = ["samples/models/fashion-mnist", "docs/tour/data", "docs/experiments/results"];

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("ddpm-tour-");
    private readonly Dictionary<string, IReadOnlyList<string>> outputs = [];

    /// <summary>Runs a chapter where that has not happened yet.</summary>
    /// <returns>What each block printed, and the pictures' files.</returns>
    internal (IReadOnlyList<string> Outputs, IReadOnlyList<string> Pictures) Run(string chapter)
    {
        string folder = Path.Combine(root.FullName, Path.GetFileNameWithoutExtension(chapter));
        if (!outputs.TryGetValue(chapter, out IReadOnlyList<string>? printed))
        {
            foreach (string file in Files) Copy(file, folder);
            MarkdownProgram program = MarkdownProgram.ReadMarked(Path.Combine(TourFolder.English, chapter));
            string text = program.Run(folder).ReplaceLineEndings("\n");
            // The last mark ends the last block.
            outputs[chapter] = printed = [.. text.Split(MarkdownProgram.Mark)[..^1]];
        }

        return (printed, [.. Directory.GetFiles(folder, "*.png").Order(StringComparer.Ordinal)]);
    }

    public void Dispose() => root.Delete(recursive: true);

    private static void Copy(string source, string folder)
    {
        foreach (string file in Directory.GetFiles(Pages.Absolute(source), "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Pages.Relative(file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
