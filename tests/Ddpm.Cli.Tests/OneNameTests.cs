using System.CommandLine;
using Ddpm.Cli.Help;
using Ddpm.Core;

namespace Ddpm.Cli.Tests;

/// <summary>One thing has one name in all commands; older names work and are not shown.</summary>
public sealed class OneNameTests : IDisposable
{
    // What the page and the API of samples/Web take, as docs/web.md lists it.
    private static readonly string[] OfTheWeb = ["sampler", "steps", "count", "seed", "label", "guidance"];

    // Names that one command has for what it alone can mean, though another command has an option of the same name and another kind.
    private static readonly HashSet<string> OfTwoKinds = ["--train", "--spacing", "--dtype", "--steps", "--batch-size", "--out"];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Options_OfAllCommands_HaveOneNameForOneDescription()
    {
        var names = from command in Commands()
                    from option in command.Options
                    where !option.Hidden
                    group option.Name by option.Description into same
                    select (same.Key, Names: same.Distinct().ToArray());
        names.Where(same => same.Names.Length > 1).Should().BeEmpty();
    }

    [Fact]
    public void Options_OfOneName_TakeValuesOfOneKind()
    {
        var kinds = from command in Commands()
                    from option in command.Options
                    where !OfTwoKinds.Contains(option.Name)
                    group Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType by option.Name into same
                    select (same.Key, Types: same.Distinct().Count());
        kinds.Where(same => same.Types > 1).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Threads that read", "--workers")]
    [InlineData("Threads that compute", "--threads")]
    [InlineData("Seed of", "--seed")]
    [InlineData("Type of", "--dtype")]
    [InlineData("Type in which", "--dtype")]
    [InlineData("Where networks compute", "--device")]
    [InlineData("Which timesteps", "--spacing")]
    [InlineData("Which of the model's timesteps", "--spacing")]
    [InlineData("Images that the network sees", "--batch-size")]
    [InlineData("Images in a batch", "--batch-size")]
    [InlineData("Examples of each prediction", "--batch-size")]
    public void Options_ThatSayTheSameThing_HaveOneName(string beginning, string name)
    {
        string[] names = [.. Commands().SelectMany(command => command.Options)
            .Where(option => option.Description?.StartsWith(beginning, StringComparison.Ordinal) == true)
            .Select(option => option.Name).Distinct()];
        names.Should().Equal(name);
    }

    [Fact]
    public void RetiredNames_AreNoNamesOfTodayAndNotShown()
    {
        string[] retired = ["--batch", "--num-workers", "--bf16"];
        foreach (Command command in Commands())
        {
            command.Options.Where(option => !option.Hidden).Select(option => option.Name).Should().NotContain(retired, command.Name);
            using var page = new StringWriter();
            HelpPage.Write(command, page, 80);
            foreach (string name in retired) page.ToString().Should().NotMatchRegex($"{name}\\b(?!-)", CommandPath.Of(command));
        }

        RetiredNames.Of("--workers").Should().Equal("--num-workers");
        here.Run("evaluate", "fid", "a", "b", "--num-worker", "2").Error.Should().NotContain("num-workers");
    }

    [Theory]
    [InlineData("train --data {x} --bf16 --dtype float32", "--bf16 must go without --dtype float32: it is --dtype bfloat16 of today.")]
    [InlineData("train --data {x} --num-workers 0", "--workers must be at least 1, but is 0.")]
    [InlineData("sample {x} --batch 0", "--batch-size must be at least 1, but is 0.")]
    [InlineData("evaluate fid {x} {x} --features pixels --num-workers 0", "--workers must be at least 1, but is 0.")]
    [InlineData("export --onnx {x} {y} --batch 0", "--batch-size must be at least 1, but is 0.")]
    public void RetiredNames_Work(string command, string message)
    {
        (int code, _, string error) = here.Run(command.Split(' '));
        (code, error.Trim()).Should().Be((2, message));
    }

    [Fact]
    public void Web_FieldsOfRequests_AreOptionsOfSample()
    {
        Command sample = Commands().Single(command => command.Name == "sample");
        sample.Options.Select(option => option.Name.TrimStart('-')).Should().Contain(OfTheWeb);
        string page = File.ReadAllText(Path.Combine(Docs.Tests.Pages.Root, "docs", "web.md"));
        foreach (string field in OfTheWeb) page.Should().Contain($"| `{field}` |");
    }

    [Fact]
    public void Samplers_OfTheLibrary_AreTheWordsOfTheOption()
    {
        Option sampler = Commands().Single(command => command.Name == "sample").Options.Single(option => option.Name == "--sampler");
        sampler.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(word => word.Label)
            .Should().BeEquivalentTo(KnownSamplers.All.Select(entry => entry.Name));
    }

    private static IEnumerable<Command> Commands() => DeclaredCommands.Create().Subcommands
        .SelectMany(command => command.Subcommands.Count == 0 ? [command] : command.Subcommands);
}
