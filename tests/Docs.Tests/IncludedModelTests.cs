using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;

namespace Docs.Tests;

/// <summary>Each model of samples/models draws pictures that are neither noise nor of one colour, and docs/models.md names it.</summary>
public sealed class IncludedModelTests
{
    public static TheoryData<string> Models => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder))];

    private static string Folder => Pages.Absolute("samples/models");

    [Theory]
    [MemberData(nameof(Models))]
    public void Model_ThatComesWithTheRepository_DrawsPicturesAndIsNamed(string name)
    {
        File.ReadAllText(Pages.Absolute("docs/models.md")).Should().Contain($"](../samples/models/{name}/README.md)");
        using TrainedModel model = ModelFolder.Load(Path.Combine(Folder, name));
        SamplingRequest request = model.Request(count: 8, seed: 1);
        int steps = Math.Min(model.Process.Coefficients.Timesteps, 10);
        using torch.Tensor pictures = new DdimSampler(model.Network, model.Process.Respace(steps)).Sample(request);
        // Neighbouring pixels of noise differ by √2 deviations; these by less than one.
        using torch.Tensor step = pictures.narrow(3, 1, pictures.size(3) - 1) - pictures.narrow(3, 0, pictures.size(3) - 1);
        double deviation = pictures.std().item<float>(), difference = step.std().item<float>();
        deviation.Should().BeGreaterThan(0.1);
        difference.Should().BeLessThan(deviation);
    }
}
