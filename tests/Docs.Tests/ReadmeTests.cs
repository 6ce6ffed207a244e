namespace Docs.Tests;

public sealed class ReadmeTests
{
    private static readonly MarkdownPage Readme = MarkdownPage.Read(Pages.Readme);

    private static readonly string Ci = File.ReadAllText(Pages.Absolute(".ci/run"));

    public static TheoryData<string> Commands => [.. Readme.Commands().Distinct()];

    [Fact]
    public void Page_AsAFrontDoor_IsShort()
    {
        string text = File.ReadAllText(Pages.Readme);
        text.Split('\n').Length.Should().BeLessThanOrEqualTo(121, "120 lines, the last with its end");
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length.Should().BeLessThanOrEqualTo(900);
    }

    [Fact]
    public void FirstProgram_OfThePage_HasAtMostTenLines()
    {
        MarkdownProgram program = MarkdownProgram.ReadFirst(Pages.Readme);
        program.Code.Split('\n').Where(line => line.Trim().Length > 0).Should().HaveCountLessThanOrEqualTo(10);
        program.Compile().Errors.Should().BeEmpty();
    }

    [Fact]
    public void Programs_OfThePage_DrawAPicture()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-readme-");
        try
        {
            DirectoryInfo model = folder.CreateSubdirectory("fashion-mnist-v");
            string source = Pages.Absolute("samples/models/fashion-mnist-v");
            foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(model.FullName, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            // With fewer steps: .ci/run draws with all of them.
            MarkdownProgram.Read(Pages.Readme).With(".Respace(100)", ".Respace(2)").Run(folder.FullName);
            folder.GetFiles("*.png").Should().ContainSingle().Which.Length.Should().BeGreaterThan(1000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfThePage_IsRunByCi(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] runs = words switch
        {
            // The step reads the page's block and runs it as it stands.
            ["dotnet", "new" or "add", ..] => ["readme_block bash 1"],
            ["dotnet", "nuget", "add", "source", ..] => [command.Replace("$PWD", "$work", StringComparison.Ordinal)],
            ["dotnet", "pack", ..] => ["dotnet pack "],
            ["dotnet", "test"] => ["dotnet test\n"],
            // With options of its own, which make the work shorter.
            ["dotnet", "run" or "publish", ..] => [string.Join(' ', words.TakeWhile(word => word is not ("--" or "-o")))],
            _ => throw new NotSupportedException($"No step of .ci/run is known for: {command}"),
        };
        bool isOurs = words.Any(word =>
            word.StartsWith("samples/", StringComparison.Ordinal) || word.StartsWith("src/", StringComparison.Ordinal));
        bool hasTests = isOurs && words.Any(word => Directory.Exists(Pages.Absolute($"tests/{Path.GetFileName(word)}.Tests")));
        (hasTests || runs.All(step => Ci.Contains(step, StringComparison.Ordinal))).Should().BeTrue($".ci/run or tests run {command}");
    }

    [Fact]
    public void Packages_OfThePage_AreOursOrThePinnedNativeLibrary()
    {
        string pins = File.ReadAllText(Pages.Absolute("Directory.Packages.props"));
        var unknown = from command in Readme.Commands()
                      where command.StartsWith("dotnet add package ", StringComparison.Ordinal)
                      let words = command.Split(' ')
                      let ours = File.Exists(Pages.Absolute($"src/{words[3]}/{words[3]}.csproj"))
                      where !ours && !pins.Contains($"Include=\"{words[3]}\" Version=\"{words[^1]}\"", StringComparison.Ordinal)
                      select command;
        unknown.Should().BeEmpty();
    }
}
