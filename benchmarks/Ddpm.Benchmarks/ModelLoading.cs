using BenchmarkDotNet.Attributes;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>Loading and saving the CIFAR-10 network (143 MB) as a folder, against reading the bytes of its file into memory from the same cache.</summary>
[MemoryDiagnoser]
public class ModelLoading : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-benchmark-");
    private readonly ReverseDiffusion process = new(new LinearSchedule());
    private UNet network = null!;
    private string weights = null!;

    [GlobalSetup]
    public void Setup()
    {
        network = new UNet(UNetOptions.Cifar10);
        ModelFolder.Save(folder.FullName, network, process);
        weights = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        network.Dispose();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public int ReadAllBytes() => File.ReadAllBytes(weights).Length;

    [Benchmark]
    public void Load() => ModelFolder.Load(folder.FullName).Dispose();

    [Benchmark]
    public void Save() => ModelFolder.Save(folder.FullName, network, process);
}
