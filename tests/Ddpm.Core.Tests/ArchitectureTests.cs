using System.Xml.Linq;

namespace Ddpm.Core.Tests;

/// <summary>The table of docs/architecture.md, enforced on the project files.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Ddpm.Schedules"] = [],
        ["Ddpm.Inference"] = ["Ddpm.Schedules"],
        ["Ddpm.TorchRuntime"] = ["TorchSharp"],
        ["Ddpm.Cli"] = ["Microsoft.CodeAnalysis.PublicApiAnalyzers", "Ddpm.Distributed.Mpi", "Ddpm.Evaluation", "Ddpm.Plotting", "Ddpm.Training", "Spectre.Console", "System.CommandLine", "TorchSharp-cpu"],
        ["Ddpm.Core"] = ["Ddpm.Schedules", "Ddpm.TorchRuntime", "TorchSharp", "Microsoft.Extensions.Logging.Abstractions"],
        ["Ddpm.Models"] = ["Ddpm.Core", "Ddpm.Inference"],
        ["Ddpm.Imaging"] = ["Ddpm.Core", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"],
        ["Ddpm.Plotting"] = ["Ddpm.Core", "ScottPlot"],
        ["Ddpm.Data"] = ["Ddpm.Core", "Ddpm.Imaging"],
        ["Ddpm.Training"] = ["Ddpm.Core", "Ddpm.Models", "Ddpm.Imaging", "Ddpm.Data"],
        ["Ddpm.Distributed.Mpi"] = ["Ddpm.Core"],
        ["Ddpm.Evaluation"] = ["Ddpm.Core", "Ddpm.Imaging", "Ddpm.Data"],
    };

    [Fact]
    public void Projects_References_AreThoseOfTheTable()
    {
        string source = Path.Combine(Root(), "src");
        Directory.GetDirectories(source).Select(Path.GetFileName).Should().BeEquivalentTo(Allowed.Keys);
        foreach ((string package, string[] allowed) in Allowed)
        {
            XDocument project = XDocument.Load(Path.Combine(source, package, package + ".csproj"));
            IEnumerable<string> references = project.Descendants().Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference")
                .Select(element => (string?)element.Attribute("Include") ?? (string?)element.Attribute("Update") ?? (string)element.Attribute("Remove")!)
                .Select(name => name.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(name) : name);
            references.Should().BeEquivalentTo(allowed, package);
        }
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ddpm.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests must run below the folder of Ddpm.sln.");
    }
}
