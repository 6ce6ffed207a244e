using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Distributed.Mpi;
using Ddpm.Evaluation;
using Ddpm.Hosting;
using Ddpm.Onnx;
using Ddpm.Plotting;
using Ddpm.Training;

namespace Docs.Tests;

public sealed class PageTests
{
    // What pages may use must be loaded to be referenced.
    private static readonly Type[] Referenced = [typeof(ImageDataset), typeof(MpiCommunicator), typeof(FrechetDistance), typeof(LossPlot),
        typeof(DdpmOptions), typeof(DdpmEndpointOptions),
        typeof(OnnxExport), typeof(OnnxFeatures), typeof(Trainer)];

    public static TheoryData<string> WithCode => [.. Pages.All.Where(page => !MarkdownProgram.Read(page).IsEmpty).Select(Pages.Relative)];

    public static TheoryData<string> OfPackages => [.. Pages.OfPackages.Select(Pages.Relative)];

    [Theory]
    [MemberData(nameof(WithCode))]
    public void Code_OfAPage_Compiles(string page)
    {
        Referenced.Should().NotBeEmpty();
        MarkdownProgram.Read(Pages.Absolute(page)).Compile().Errors.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(OfPackages))]
    public void Code_OfAPackage_Runs(string page)
    {
        MarkdownProgram program = MarkdownProgram.Read(Pages.Absolute(page));
        program.IsEmpty.Should().BeFalse("a package's page shows how to begin");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-page-");
        try
        {
            program.Run(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("docs/cli.md")]
    [InlineData("docs/web.md")]
    public void Samplers_OfTheLibrary_AreAllNamed(string page)
    {
        string text = File.ReadAllText(Pages.Absolute(page));
        KnownSamplers.All.Where(entry => !text.Contains($"`{entry.Name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }
}
