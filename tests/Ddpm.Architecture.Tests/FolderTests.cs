using Ddpm.Architecture.Tests.Compiled;
using Ddpm.Architecture.Tests.Graphs;

namespace Ddpm.Architecture.Tests;

/// <summary>Holds that the arrows between the folders of one package form no circle: each can be read after those that it uses.</summary>
public sealed class FolderTests
{
    /// <summary>Lists arrows of circles that are still to go. An entry that is no longer needed fails the test.</summary>
    private static readonly (string Package, string From, string To, string Reason)[] Known =
    [
        ("Ddpm.Distributed.Mpi", "Detection", TypeFolders.Top, "Detection throws MpiException."),
        ("Ddpm.Training", "Averaging", TypeFolders.Top, "AverageSnapshots is a hook of Trainer."),
        ("Ddpm.Training", "Checkpoints", TypeFolders.Top, "CheckpointStore is a hook of Trainer."),
        ("Ddpm.Training", "Optimization", TypeFolders.Top, "Optimizers read TrainingOptions."),
    ];

    public static TheoryData<string> Names => [.. Packages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Folders_ArrowsBetweenThem_FormNoCircle(string package)
    {
        IReadOnlyList<Arrow> arrows = Arrows(package);
        var known = Known.Where(entry => entry.Package == package).Select(entry => (entry.From, entry.To)).ToHashSet();
        new ArrowGraph(arrows.Where(arrow => !known.Contains((arrow.From, arrow.To)))).Describe().Should().BeEmpty();
        var all = new ArrowGraph(arrows);
        known.Where(pair => !all.IsInCircle(pair.From, pair.To)).Should().BeEmpty("an exception that is no longer needed goes");
    }

    /// <summary>A room is a folder of the package with all folders inside it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Rooms_ArrowsBetweenThem_FormNoCircle(string package)
    {
        var known = Known.Where(entry => entry.Package == package).Select(entry => (Room(entry.From), Room(entry.To))).ToHashSet();
        IEnumerable<Arrow> arrows = Arrows(package).Select(arrow => arrow with { From = Room(arrow.From), To = Room(arrow.To) });
        new ArrowGraph(arrows.Where(arrow => !known.Contains((arrow.From, arrow.To)))).Describe().Should().BeEmpty();
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
