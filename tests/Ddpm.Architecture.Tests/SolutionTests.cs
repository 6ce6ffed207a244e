using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ddpm.Architecture.Tests;

/// <summary>Ddpm.slnx and Ddpm.sln list the same projects, which are those of the tree.</summary>
public sealed class SolutionTests
{
    private static readonly string[] Folders = ["src", "tests", "samples", "benchmarks", "templates"];

    [Fact]
    public void Solutions_Projects_AreThoseOfTheTree()
    {
        string root = Repository.Root;
        string[] tree =
        [
            .. Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.*sproj", SearchOption.AllDirectories))
                .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
                .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal)),
        ];
        tree.Should().NotBeEmpty();
        IEnumerable<string> small = XDocument.Load(Path.Combine(root, "Ddpm.slnx")).Descendants("Project")
            .Select(project => (string)project.Attribute("Path")!);
        IEnumerable<string> old = Regex.Matches(File.ReadAllText(Path.Combine(root, "Ddpm.sln")), @"""([^""]+\.[cf]sproj)""")
            .Select(match => match.Groups[1].Value.Replace('\\', '/'));
        small.Should().BeEquivalentTo(tree);
        old.Should().BeEquivalentTo(tree);
    }
}
