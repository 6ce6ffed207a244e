using System.CommandLine;
using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Tests;

/// <summary>Every option of every command, with nonsense: one line that names the option as it is typed, and exit code 2.</summary>
public sealed class OptionTests
{
    private static readonly string[] NoNumbers = ["many", "", "NaN", "∞", "1e999", "0x10", "１", "1\n2", "9999999999999999999999x"];
    private static readonly string[] NoWholeNumbers = [.. NoNumbers, "1.5", "-1", "2147483648", "1e3", "1,x"];
    private static readonly string[] NoNames = ["", "a\0b"];
    private static readonly string[] NoWords = ["", "nonsense", "EPSILON", "a\nb"];

    public static TheoryData<string> Commands() => [.. Leaves().Select(leaf => leaf.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void EveryOption_WithNonsense_IsNamedInOneLineWithCodeTwo(string name)
    {
        Command command = Leaves().Single(leaf => leaf.Name == name).Command;
        int tried = 0;
        foreach (Option option in command.Options.Where(option => option.Name is not "--help"))
        {
            foreach (string value in Nonsense(option))
            {
                Refuse([.. name.Split(' '), .. Needed(command, option), $"{option.Name}={value}"], option.Name, value);
                if (value.Length > 0 && option.ValueType != typeof(bool))
                {
                    Refuse([.. name.Split(' '), .. Needed(command, option), option.Name, value], option.Name, value);
                }

                tried++;
            }
        }

        tried.Should().BeGreaterThan(4);
        foreach (Argument argument in command.Arguments)
        {
            IEnumerable<string> words = Needed(command, null).Select(word => word == argument.Name ? "" : word);
            Refuse([.. name.Split(' '), .. words], $"<{argument.Name}>", "");
        }
    }

    [Fact]
    public void Commands_AreAllWalked() =>
        Leaves().Select(leaf => leaf.Name).Should()
            .Contain(["train", "export", "sample", "inspect", "convert", "evaluate fid", "evaluate bpd"]);

    private static void Refuse(string[] words, string named, string value)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(words, output, error);
        string line = error.ToString().TrimEnd();
        string typed = string.Join(' ', words);
        code.Should().Be(2, "{0} says {1}", typed, line);
        line.Should().NotContain("\n", typed).And.Contain(named, typed);
        string own = value.Length == 0 ? line : line.Replace(value, "", StringComparison.Ordinal);
        own.Should().NotMatchRegex(@"\b[A-Z][a-z]+[A-Z]|System\.|Exception", typed);
        output.ToString().Should().BeEmpty();
    }

    // What the option never takes, by the type of its value.
    private static string[] Nonsense(Option option)
    {
        if (option.ValueType == typeof(bool)) return ["maybe", "2"];
        if (option.ValueType == typeof(int?) || option.ValueType == typeof(NumberList)) return NoWholeNumbers;
        if (option.ValueType == typeof(PixelSize)) return [.. NoWholeNumbers, "8x", "8x-1", "1x2x3", "65537"];
        if (option.ValueType == typeof(double?) || option.ValueType == typeof(long)) return NoNumbers;
        if (option.ValueType == typeof(double[])) return [.. NoNumbers, "1,2", "1,2,3,4", "1,,3"];
        return option.HelpName is "name" or "profile" ? NoWords : NoNames;
    }

    // The arguments and options without which the command does not run.
    private static IEnumerable<string> Needed(Command command, Option? without) =>
    [
        .. command.Arguments.Select(argument => argument.Name),
        .. command.Options.Where(option => option.Required && option != without).SelectMany(option => new[] { option.Name, "x" }),
    ];

    private static IEnumerable<(string Name, Command Command)> Leaves() =>
        DeclaredCommands.Create().Subcommands.SelectMany(command => command.Subcommands.Count == 0
            ? [(command.Name, command)]
            : command.Subcommands.Select(sub => ($"{command.Name} {sub.Name}", sub)))
            .Where(leaf => leaf.Item2.Options.Count > 0);
}
