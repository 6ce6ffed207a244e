using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Observation;

public sealed class SampleGridsTests : IDisposable
{
    private static readonly UNetOptions Tiny = TinyNetwork.Options;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(10, 1e-2, 0.5));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-grids-");
    private readonly ImageDataset data = new(arange(128, dtype: uint8).reshape(2, 1, 8, 8));

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Run_WithGrids_DrawsThemAndTrainsTheSame()
    {
        float[] Train(bool withGrids, int stopAt)
        {
            using var network = new UNet(Tiny, 1);
            using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { WarmupSteps = 0 });
            var request = new SamplingRequest { Count = 4, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1) };
            var grids = new SampleGrids(Path.Combine(folder.FullName, "grids"), new DdpmSampler(network, Process), request, every: 3);
            trainer.Run(new ShuffledBatches(data, 2, 1), stopAt, null, withGrids ? [grids] : []);
            return network.parameters().First().data<float>().ToArray();
        }

        Train(true, 7).Should().Equal(Train(false, 7));
        string[] names = [.. Directory.GetFiles(Path.Combine(folder.FullName, "grids")).Select(path => Path.GetFileName(path)!).Order()];
        names.Should().Equal("grid-000000003.png", "grid-000000006.png", "grid-000000007.png");
        byte[] sixth = File.ReadAllBytes(Path.Combine(folder.FullName, "grids", names[1]));
        sixth.Should().NotEqual(File.ReadAllBytes(Path.Combine(folder.FullName, "grids", names[0])));
        Train(true, 6);
        File.ReadAllBytes(Path.Combine(folder.FullName, "grids", names[1])).Should().Equal(sixth, "the same noise each time");
    }

    [Fact]
    public void Constructor_NoImages_IsRefused()
    {
        using var network = new UNet(Tiny, 1);
        var sampler = new DdpmSampler(network, Process);
        var signals = new SamplingRequest { Count = 1, SampleShape = [2, 8, 8], Noise = new PerSampleNoise(1) };
        FluentActions.Invoking(() => new SampleGrids("x", sampler, signals))
            .Should().Throw<ArgumentException>().WithMessage("request must ask for images [1, H, W] or [3, H, W], but asks for [2, 8, 8]*");
        using Trainer trainer = Trainer.Create(network, Process);
        var second = new SampleGrids(
            "x", sampler, new SamplingRequest { Count = 1, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1) }, average: 1);
        FluentActions.Invoking(() => trainer.Run(new ShuffledBatches(data, 2, 1), 1, null, [second]))
            .Should().Throw<InvalidOperationException>().WithMessage("*averages 0 … 0, but the pictures are of 1*");
    }
}
