namespace Ddpm.Cli.Help;

/// <summary>
/// Names of options that version 0.1.0 had for what has one name today. They work as before; help, completion and messages do not
/// show them. The samples compile this file too.
/// </summary>
internal static class RetiredNames
{
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["--batch-size"] = ["--batch"],
        ["--workers"] = ["--num-workers"],
    };

    /// <summary>Gives the retired names of an option.</summary>
    public static IReadOnlyList<string> Of(string name) => Names.GetValueOrDefault(name, []);
}
