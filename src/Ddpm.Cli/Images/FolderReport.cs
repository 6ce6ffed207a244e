using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Data;

namespace Ddpm.Cli.Images;

/// <summary>Says what of a folder was no data, and which files could not be used: on the screen and as JSON.</summary>
internal static class FolderReport
{
    private const int MostShown = 10, LookedAt = 64;

    /// <summary>Says what was left out when the folder was listed.</summary>
    public static void LeftOut(Screen screen, ImageFolder? folder)
    {
        if (folder is not { LeftOut.Count: > 0 }) return;
        screen.Line(ErrorLine.Of($"Left out of {folder.Folder}: {string.Join("; ", folder.LeftOut)}"));
    }

    /// <summary>Says before a long run what happens to transparent pixels, by a look at images that are spread over the folder.</summary>
    /// <param name="screen">Receives the message.</param>
    /// <param name="folder">The folder; null for other data.</param>
    public static void LookForTransparency(Screen screen, ImageFolder? folder)
    {
        if (folder is null) return;
        int[] candidates = [.. Enumerable.Range(0, folder.Count).Where(file => MayBeTransparent(folder.Files[file]))];
        if (candidates.Length == 0) return;
        int most = Math.Min(LookedAt, candidates.Length);
        var pixels = new float[folder.Shape.Aggregate(1L, (product, size) => product * size)];
        for (int k = 0; k < most; k++) folder.Read(candidates[(int)((long)k * candidates.Length / most)], pixels);
        if (folder.TransparentFiles == 0) return;
        screen.Line($"Transparent pixels in {folder.TransparentFiles} of {Amount.Of(most, "image")} looked at: {Ground(folder)}");
    }

    /// <summary>Says what was found out while the files were read.</summary>
    public static void Read(Screen screen, ImageFolder? folder)
    {
        if (folder is { SixteenBitFiles: > 0 and var deep })
        {
            string have = deep == 1 ? "has" : "have";
            screen.Line($"{Amount.Of(deep, "image")} of {folder.Folder} {have} 16 bits a channel, of which the upper 8 are read");
        }

        if (folder is { TransparentFiles: > 0 and var some })
        {
            screen.Line($"Transparent pixels in {Amount.Of(some, "image")} of {folder.Folder}: {Ground(folder)}");
        }

        if (folder is not { DamagedFiles.Count: > 0 and var count }) return;
        string reasons = string.Join("; ", Reasons(folder).Take(MostShown));
        screen.Line(ErrorLine.Of($"Skipped {Amount.Of(count, "image")}: {reasons}{(count > MostShown ? "; and others" : "")}"));
    }

    /// <summary>Gives the same for programs; null for data that are no folder of images.</summary>
    public static JsonObject? Json(ImageFolder? folder) => folder is null ? null : new JsonObject
    {
        ["folder"] = folder.Folder,
        ["images"] = folder.Count,
        ["left_out"] = new JsonArray(
        [
            .. folder.LeftOut.Select(some => new JsonObject
            {
                ["reason"] = some.Reason,
                ["count"] = some.Count,
                ["example"] = some.Example,
            }),
        ]),
        ["skipped"] = new JsonArray([.. Reasons(folder).Select(reason => JsonValue.Create(reason))]),
        ["sixteen_bit"] = folder.SixteenBitFiles,
        ["transparent"] = folder.TransparentFiles,
    };

    private static string Ground(ImageFolder folder) => folder.Load.Background is { } colour
        ? $"drawn over {new BackgroundColour(colour.Red, colour.Green, colour.Blue)}"
        : "they show the colour that the file hides beneath; --background white draws them over white";

    // JPEG and BMP hold no opacity here.
    private static bool MayBeTransparent(string file) =>
        Path.GetExtension(file).ToLowerInvariant() is not (".jpg" or ".jpeg" or ".jpe" or ".jfif" or ".bmp");

    private static IEnumerable<string> Reasons(ImageFolder folder) =>
        folder.DamagedFiles.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => OptionNames.In(entry.Value));
}
