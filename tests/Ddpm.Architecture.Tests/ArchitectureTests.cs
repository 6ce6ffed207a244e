using System.Xml.Linq;
using Ddpm.Architecture.Tests.Compiled;
using Ddpm.Architecture.Tests.Graphs;

namespace Ddpm.Architecture.Tests;

/// <summary>Enforces the table of docs/architecture.md on the project files and on the compiled packages.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Ddpm.Schedules"] = [],
        ["Ddpm.Inference"] = ["Ddpm.Schedules"],
        ["Ddpm.TorchRuntime"] = ["TorchSharp"],
        ["Ddpm.Cli"] =
        [
            "Microsoft.CodeAnalysis.PublicApiAnalyzers", "Ddpm.Distributed.Mpi", "Ddpm.Evaluation", "Ddpm.Onnx", "Ddpm.Plotting",
            "Ddpm.Training", "Spectre.Console", "System.CommandLine", "TorchSharp-cpu",
        ],
        ["Ddpm.Core"] = ["Ddpm.Schedules", "Ddpm.TorchRuntime", "TorchSharp", "Microsoft.Extensions.Logging.Abstractions"],
        ["Ddpm.Models"] = ["Ddpm.Core", "Ddpm.Inference"],
        ["Ddpm.Onnx"] = ["Ddpm.Inference", "Microsoft.ML.OnnxRuntime.Managed"],
        ["Ddpm.Onnx.Torch"] = ["Ddpm.Evaluation", "Ddpm.Models", "Ddpm.Onnx"],
        ["Ddpm.Hosting"] =
        [
            "Ddpm.Inference", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions",
        ],
        ["Ddpm.Hosting.AspNetCore"] = ["Ddpm.Hosting"],
        ["Ddpm.Imaging"] = ["Ddpm.Core", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"],
        ["Ddpm.Plotting"] = ["Ddpm.Core", "Ddpm.Imaging", "ScottPlot"],
        ["Ddpm.Data"] = ["Ddpm.Core", "Ddpm.Imaging", "Sep"],
        ["Ddpm.Training"] = ["Ddpm.Core", "Ddpm.Models", "Ddpm.Imaging", "Ddpm.Data"],
        ["Ddpm.Distributed.Mpi"] = ["Ddpm.Core"],
        ["Ddpm.Evaluation"] = ["Ddpm.Core", "Ddpm.Imaging", "Ddpm.Data"],
    };

    [Fact]
    public void Projects_References_AreThoseOfTheTable()
    {
        string source = Path.Combine(Repository.Root, "src");
        Directory.GetDirectories(source).Select(Path.GetFileName).Should().BeEquivalentTo(Allowed.Keys);
        foreach ((string package, string[] allowed) in Allowed)
        {
            XDocument project = XDocument.Load(Path.Combine(source, package, package + ".csproj"));
            IEnumerable<string> references = project.Descendants()
                .Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference")
                .Select(element => (string)(element.Attribute("Include") ?? element.Attribute("Update") ?? element.Attribute("Remove"))!)
                .Select(name => name.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(name) : name);
            references.Should().BeEquivalentTo(allowed, package);
        }
    }

    [Theory]
    [InlineData("Ddpm.Schedules")]
    [InlineData("Ddpm.Inference")]
    public void Package_OfTheFloorWithoutTorch_UsesTheFrameworkAlone(string package)
    {
        Dictionary<string, string> usedBy = new() { [package] = "" };
        Queue<string> next = new([package]);
        while (next.TryDequeue(out string? user))
        {
            if (!Packages.All.TryGetValue(user, out PackageAssembly? assembly)) continue;
            foreach (string used in assembly.References.Where(used => usedBy.TryAdd(used, $"{used}, used by {user}"))) next.Enqueue(used);
        }

        usedBy.Where(pair => !IsFramework(pair.Key) && !Packages.All.ContainsKey(pair.Key)).Select(pair => pair.Value).Should().BeEmpty();
    }

    [Fact]
    public void Onnx_AllItUses_IsWithoutTorch()
    {
        HashSet<string> used = ["Ddpm.Onnx"];
        Queue<string> next = new(used);
        while (next.TryDequeue(out string? user))
        {
            if (!Packages.All.TryGetValue(user, out PackageAssembly? assembly)) continue;
            foreach (string each in assembly.References.Where(used.Add)) next.Enqueue(each);
        }

        used.Where(name => !IsFramework(name)).Should()
            .BeEquivalentTo("Ddpm.Onnx", "Ddpm.Inference", "Ddpm.Schedules", "Microsoft.ML.OnnxRuntime");
    }

    [Fact]
    public void Packages_ArrowsBetweenThem_FormNoCircle()
    {
        var graph = new ArrowGraph(from user in Packages.All
                                   from used in user.Value.References
                                   where Packages.All.ContainsKey(used)
                                   select new Arrow(user.Key, used, user.Key, used));
        graph.Pairs.Should().NotBeEmpty();
        graph.Describe().Should().BeEmpty();
    }

    private static bool IsFramework(string assembly) =>
        assembly is "netstandard" or "mscorlib" || assembly.StartsWith("System.", StringComparison.Ordinal);
}
