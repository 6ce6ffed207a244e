using System.CommandLine;
using Ddpm.Cli.Completion;

namespace Ddpm.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("ddpm sam", "sample")]
    [InlineData("sam", "sample")]
    [InlineData("/usr/bin/ddpm ev", "evaluate")]
    [InlineData("ddpm evaluate ", "bpd copies fid is kid pr")]
    [InlineData("ddpm evaluate k", "kid")]
    [InlineData("ddpm help ev", "evaluate")]
    [InlineData("ddpm help evaluate f", "fid")]
    [InlineData("ddpm sample --sampl", "--sampler")]
    [InlineData("ddpm sample m --sampler ", "ddim ddpm dpm-solver++ ipndm langevin predictor-corrector unipc")]
    [InlineData("ddpm sample m --sampler d", "ddim ddpm dpm-solver++")]
    [InlineData("ddpm sample m --sampler=dd", "--sampler=ddim --sampler=ddpm")]
    [InlineData("ddpm sample m --timestep-spacing k", "karras")]
    [InlineData("ddpm sample m --device c", "cpu cuda")]
    [InlineData("ddpm train --schedule ", "cosine linear")]
    [InlineData("ddpm train --dt", "--dtype")]
    [InlineData("ddpm convert a b --dtype b", "bfloat16")]
    [InlineData("ddpm completion ", "bash fish pwsh zsh")]
    [InlineData("ddpm completion bash ", "--help")]
    [InlineData("ddpm sample ", "")]
    [InlineData("ddpm sample pict", "")]
    [InlineData("ddpm sample m --out ", "")]
    [InlineData("ddpm train --data pict", "")]
    [InlineData("ddpm train --data a b", "")]
    [InlineData("ddpm train --steps ", "")]
    [InlineData("ddpm sample m --sampler ddim --sampl", "")]
    [InlineData("ddpm sample m -- --sampl", "")]
    [InlineData("ddpm train --bf", "")]
    [InlineData("ddpm evaluate fid a b --num-w", "")]
    [InlineData("ddpm sample m --batc", "--batch-size")]
    [InlineData("ddpm sample \"a folder/mod", "")]
    [InlineData("ddpm nonsense ", "")]
    public void Complete_Line_GivesTheWordsThatCanStandThere(string line, string words) =>
        Of(line).Should().BeEquivalentTo(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Complete_EmptyLine_GivesTheCommands() =>
        Of("ddpm ").Should().Contain(["train", "sample", "doctor", "completion", "help"]).And.NotContain(word => word.StartsWith('-'));

    [Fact]
    public void Complete_CommandWithoutArguments_GivesItsOptionsWhereNothingIsTyped() =>
        Of("ddpm train ").Should().Contain(["--data", "--steps", "--help"]).And.NotContain(["--bf16", "--num-workers"]);

    [Theory]
    [InlineData("[suggest:8]", "ddpm samXXXX", "sample")]
    [InlineData("[suggest]", "ddpm sam", "sample")]
    [InlineData("[suggest:999]", "ddpm sam", "sample")]
    public void Directive_OfDotnetSuggest_IsAnswered(string directive, string line, string expected)
    {
        using StringWriter output = new(), error = new();
        CommandLine.Run([directive, line], output, error).Should().Be(0);
        (output.ToString().Trim(), error.ToString()).Should().Be((expected, ""));
    }

    private static IReadOnlyList<string> Of(string line)
    {
        RootCommand root = DeclaredCommands.Create();
        return Completer.Complete(root, line, line.Length);
    }
}
