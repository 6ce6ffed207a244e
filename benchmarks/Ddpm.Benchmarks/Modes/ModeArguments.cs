using System.Globalization;
using Ddpm.Cli.Arguments;

namespace Ddpm.Benchmarks;

/// <summary>What follows a mode on the command line: names of cases, and numbers or words by name, as in <c>--steps 100</c>.</summary>
internal sealed class ModeArguments
{
    /// <summary>Names how many threads compute, in every mode.</summary>
    public const string ThreadsOption = "--threads";

    private static readonly string[] Valued = ["--steps", "--batch", "--way", ThreadsOption];

    private readonly Dictionary<string, string> values = [];

    public ModeArguments(IReadOnlyList<string> arguments)
    {
        var names = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (Valued.Contains(arguments[i]))
            {
                values[arguments[i]] = i + 1 < arguments.Count
                    ? arguments[++i]
                    : throw new UsageException($"{arguments[i]} must be followed by its value.");
            }
            else if (arguments[i].StartsWith('-'))
            {
                throw new UsageException(
                    $"{arguments[i]} is no option of a mode; those are {string.Join(", ", Valued)} and --quick.");
            }
            else names.Add(arguments[i]);
        }

        Names = names;
    }

    /// <summary>How many threads compute; null for as many as libtorch takes by itself.</summary>
    public int? Threads => Word(ThreadsOption) is null ? null : Count(ThreadsOption, 1);

    /// <summary>The cases to measure; none for all.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names, or others where there are none.</summary>
    public IReadOnlyList<string> NamesOr(params IReadOnlyList<string> others) => Names.Count > 0 ? Names : others;

    /// <summary>A word by name; null where it was not given.</summary>
    public string? Word(string name) => values.GetValueOrDefault(name);

    /// <summary>A whole number above zero by name.</summary>
    public int Count(string name, int otherwise)
    {
        if (Word(name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new UsageException($"{name} must be a whole number above 0, but is {text}.");
    }
}
