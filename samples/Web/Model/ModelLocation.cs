namespace Ddpm.Web;

/// <summary>Which model folder to serve.</summary>
internal static class ModelLocation
{
    /// <summary>The model of clothes that comes with the program.</summary>
    public static readonly string Included = Path.Combine(AppContext.BaseDirectory, "models", "fashion-mnist");

    /// <summary>The folder that was asked for, or the one that comes with the program.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder that was asked for is not there.</exception>
    public static string Find(string? asked) => asked is null ? Included : Directory.Exists(asked) ? asked : throw new DirectoryNotFoundException($"--model: the folder {asked} does not exist.");
}
