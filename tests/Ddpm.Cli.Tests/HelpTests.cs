using System.CommandLine;
using Ddpm.Cli.Help;

namespace Ddpm.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. All().Select(command => string.Join(' ', CommandPath.Words(command)))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_OfEveryCommand_FitsEightyColumnsAndIsTheSameByBothWays(string name)
    {
        string[] words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string page = Run([.. words, "--help"]);
        page.Split(Environment.NewLine).Should().OnlyContain(line => line.Length <= 80 && line == line.TrimEnd());
        page.Should().Contain($"{Environment.NewLine}Usage{Environment.NewLine}  ddpm");
        if (name != "help") Run(["help", .. words]).Should().Be(page);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_OfEveryCommandThatDoesWork_HasAnExampleThatTheParserUnderstands(string name)
    {
        Command command = All().Single(one => string.Join(' ', CommandPath.Words(one)) == name);
        if (command.Subcommands.Count > 0) return;
        string example = command.Should().BeOfType<ProgramCommand>().Subject.Example;
        example.Should().Contain("ddpm " + name);
        string[] words = example.Replace("source <(", "").Replace(")", "").Split(' ');
        DeclaredCommands.Create().Parse(words[1..]).Errors.Should().BeEmpty(example);
        Run([.. name.Split(' '), "--help"]).Should().Contain("Example");
    }

    [Fact]
    public void Help_Train_HasItsOptionsInSections()
    {
        string[] lines = Run("train", "--help").Split(Environment.NewLine);
        lines.Where(line => line.Length > 0 && char.IsUpper(line[0])).Skip(1).Should().Equal(
            "Usage", "Example", "Data", "Run", "Training", "Process", "Network", "Machine", "Every command");
        int network = Array.IndexOf(lines, "Network"), machine = Array.IndexOf(lines, "Machine");
        lines[network..machine].Should().Contain(line => line.StartsWith("  --channels <n>", StringComparison.Ordinal));
        lines[machine..].Should().Contain(line => line.StartsWith("  --threads <n>", StringComparison.Ordinal));
    }

    [Fact]
    public void Help_LongText_IsBrokenBetweenWords() =>
        TextLines.Of("one two  three extraordinarily long", 9).Should().Equal("one two", "three", "extraordinarily", "long");

    [Fact]
    public void Help_WithoutArguments_ListsEveryCommand()
    {
        string page = Run();
        foreach (Command command in DeclaredCommands.Create().Subcommands) page.Should().Contain($"  {command.Name}  ".TrimEnd());
    }

    private static IEnumerable<Command> All()
    {
        RootCommand root = DeclaredCommands.Create();
        return [root, .. root.Subcommands, .. root.Subcommands.SelectMany(command => command.Subcommands)];
    }

    private static string Run(params string[] words)
    {
        using StringWriter output = new(), error = new();
        CommandLine.Run(words, output, error).Should().Be(0, error.ToString());
        return output.ToString();
    }
}
