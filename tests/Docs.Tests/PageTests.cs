using System.Reflection;
using System.Text.RegularExpressions;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Distributed.Mpi;
using Ddpm.Evaluation;
using Ddpm.Plotting;
using Ddpm.Training;

namespace Docs.Tests;

public sealed partial class PageTests
{
    // What pages may use must be loaded to be referenced.
    private static readonly Type[] Referenced = [typeof(ImageDataset), typeof(MpiCommunicator), typeof(FrechetDistance), typeof(LossPlot),
        typeof(Trainer)];

    public static TheoryData<string> WithCode => [.. Pages.All.Where(page => !MarkdownProgram.Read(page).IsEmpty).Select(Relative)];

    public static TheoryData<string> OfPackages => [.. Pages.OfPackages.Select(Relative)];

    [Theory]
    [MemberData(nameof(WithCode))]
    public void Code_OfAPage_Compiles(string page)
    {
        Referenced.Should().NotBeEmpty();
        MarkdownProgram.Read(Absolute(page)).Compile("page").Errors.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(OfPackages))]
    public void Code_OfAPackage_Runs(string page)
    {
        MarkdownProgram program = MarkdownProgram.Read(Absolute(page));
        program.IsEmpty.Should().BeFalse("a package's page shows how to begin");
        (byte[] bytes, string[] errors) = program.Compile("package");
        errors.Should().BeEmpty();

        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-page-");
        string before = Directory.GetCurrentDirectory();
        TextWriter console = Console.Out;
        try
        {
            Directory.SetCurrentDirectory(folder.FullName);
            Console.SetOut(TextWriter.Null);
            MethodInfo main = Assembly.Load(bytes).EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(before);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Links_OfAllPages_LeadSomewhere()
    {
        var broken = from page in Pages.All
                     from Match link in Link().Matches(File.ReadAllText(page))
                     let target = link.Groups["target"].Value.Split('#')[0]
                     where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
                     select $"{Relative(page)}: {target}";
        broken.Should().BeEmpty();
    }

    [Theory]
    [InlineData("docs/cli.md")]
    [InlineData("docs/web.md")]
    public void Samplers_OfTheLibrary_AreAllNamed(string page)
    {
        string text = File.ReadAllText(Absolute(page));
        KnownSamplers.All.Where(entry => !text.Contains($"`{entry.Name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Tests_NamedInReadme_Exist()
    {
        string readme = File.ReadAllText(Path.Combine(Pages.Root, "README.md"));
        string[] classes = [.. Directory.GetFiles(Path.Combine(Pages.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path))];
        TestName().Matches(readme).Select(match => match.Groups["name"].Value).Distinct().Except(classes).Should().BeEmpty();
    }

    private static string Relative(string page) => Path.GetRelativePath(Pages.Root, page).Replace('\\', '/');

    private static string Absolute(string page) => Path.Combine(Pages.Root, page);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<name>\w+Tests)`")]
    private static partial Regex TestName();
}
