using Ddpm.Architecture.Tests.Compiled;
using Ddpm.Architecture.Tests.Graphs;

namespace Ddpm.Architecture.Tests;

/// <summary>Holds that the arrows between the folders of one package form no circle: each can be read after those that it uses.</summary>
public sealed class FolderTests
{
    public static TheoryData<string> Names => [.. Packages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Folders_ArrowsBetweenThem_FormNoCircle(string package)
    {
        new ArrowGraph(Arrows(package)).Describe().Should().BeEmpty();
    }

    /// <summary>A room is a folder of the package with all folders inside it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Rooms_ArrowsBetweenThem_FormNoCircle(string package)
    {
        IEnumerable<Arrow> arrows = Arrows(package).Select(arrow => arrow with { From = Room(arrow.From), To = Room(arrow.To) });
        new ArrowGraph(arrows).Describe().Should().BeEmpty();
    }

    [Fact]
    public void Reader_OwnAssemblyWithACircle_FindsItsArrows()
    {
        using var assembly = new PackageAssembly(typeof(FolderTests).Assembly.Location);
        var graph = new ArrowGraph(assembly.FolderArrows("/tests/Ddpm.Architecture.Tests/Rings/"));
        graph.Pairs.Should().BeEquivalentTo(
        [
            ("Bodies", "Contracts"), ("Contracts", "Lambdas"), ("Lambdas", "Bodies"),
            (TypeFolders.Top, "Contracts"), (TypeFolders.Top, "Lambdas"),
        ]);
        graph.Circles().Should().ContainSingle().Which.Should().Equal("Bodies", "Contracts", "Lambdas");
        graph.Describe().Should().Contain("Bodies → Contracts: Body → IContract").And.NotContain(TypeFolders.Top);
        graph.IsInCircle("Bodies", "Contracts").Should().BeTrue();
        graph.IsInCircle(TypeFolders.Top, "Contracts").Should().BeFalse();
    }

    private static string Room(string folder) => folder.Split('/')[0];

    private static IReadOnlyList<Arrow> Arrows(string package) => Packages.All[package].FolderArrows($"/src/{package}/");
}
