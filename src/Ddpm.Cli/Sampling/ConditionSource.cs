using System.CommandLine;
using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Sampling;

/// <summary>Where the rows of a condition are, as they are typed: low=pictures.</summary>
/// <param name="Name">The condition.</param>
/// <param name="Path">The folder or file; <see cref="None"/> for zeros.</param>
internal sealed record ConditionSource(string Name, string Path)
{
    public const string None = "none";

    /// <summary>Makes the option.</summary>
    /// <param name="name">The name.</param>
    public static Option<ConditionSource[]?> Option(string name) => new(name)
    {
        Description = "What the network is given beside x_t, once for each of its conditions: a folder of pictures in the size of the "
            + "samples, or one; for a vector a CSV with a header, a row for each; a .safetensors file [N, C, …]; or none, for zeros. "
            + "Samples take the rows in turn",
        HelpName = "name=path",
        CustomParser = result =>
        {
            var sources = new List<ConditionSource>();
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                string[] parts = text.Split('=', 2);
                if (parts is not [{ Length: > 0 } condition, { Length: > 0 } path] || text.Contains('\0'))
                {
                    result.AddError($"{name} must be name=path, such as low=pictures, but is {OptionText.Shown(text)}.");
                    return null;
                }

                if (sources.Any(source => source.Name == condition))
                {
                    result.AddError($"{name} must name a condition once, but has {condition} twice.");
                    return null;
                }

                sources.Add(new ConditionSource(condition, path));
            }

            return [.. sources];
        },
    };
}
