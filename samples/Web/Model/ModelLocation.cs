namespace Ddpm.Web;

/// <summary>Which model folder to serve.</summary>
internal static class ModelLocation
{
    /// <summary>Where the Quickstart leaves its model.</summary>
    public static readonly string Quickstart = Path.Combine("quickstart-out", "model");

    /// <summary>The folder that was asked for, or the Quickstart's where it is there.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none; the message says how to make one.</exception>
    public static string Find(string? asked, string workingFolder)
    {
        if (asked is not null) return Directory.Exists(asked) ? asked : throw new DirectoryNotFoundException($"--model: the folder {asked} does not exist.");
        string quickstart = Path.Combine(workingFolder, Quickstart);
        return Directory.Exists(quickstart) ? quickstart : throw new DirectoryNotFoundException(
            $"There is no model to serve: give its folder as --model FOLDER, or make one with \"dotnet run -c Release --project samples/Quickstart\", which writes {Quickstart} in a few minutes.");
    }
}
