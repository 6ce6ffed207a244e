using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// Loading and saving the CIFAR-10 network's 143 MB, all from the page cache: as TorchSharp's modules do it in a format of their own,
/// against safetensors, alone and within a model's folder, and against the bytes alone.
/// </summary>
[Config(typeof(Columns))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[MemoryDiagnoser]
public class Safetensors : IDisposable
{
    private const string Loading = "load", Saving = "save";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-benchmark-");
    private readonly ReverseDiffusion process = new(new LinearSchedule());
    private UNet network = null!;
    private Dictionary<string, Tensor> weights = null!;
    private string file = null!;
    private string torchSharp = null!;
    private byte[] bytes = null!;

    private static UNetOptions Shape => Effort.Of(UNetOptions.Cifar10, NetworkCase.Quickstart);

    [GlobalSetup]
    public void Setup()
    {
        network = new UNet(Shape);
        weights = network.state_dict();
        ModelFolder.Save(folder.FullName, network, process);
        file = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        bytes = File.ReadAllBytes(file);
        torchSharp = Path.Combine(folder.FullName, "network.dat");
        network.save(torchSharp);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        network.Dispose();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory(Loading)]
    public void LoadTorchSharp() => network.load(torchSharp);

    /// <summary>Straight into the network's memory, after all names and shapes have been checked.</summary>
    [Benchmark]
    [BenchmarkCategory(Loading)]
    public void Load()
    {
        using ModelWeights opened = ModelWeights.Open(folder.FullName, network.Options);
        WeightMatch match = opened.Match(network.Graph);
        match.RequireComplete(file, opened.Prefixes);
        StateDict.Copy(network, opened, match);
    }

    /// <summary>And a new network.</summary>
    [Benchmark]
    [BenchmarkCategory(Loading)]
    public void LoadModelFolder() => ModelFolder.Load(folder.FullName).Dispose();

    [Benchmark]
    [BenchmarkCategory(Loading)]
    public int ReadAllBytes() => File.ReadAllBytes(file).Length;

    [Benchmark(Baseline = true)]
    [BenchmarkCategory(Saving)]
    public void SaveTorchSharp() => network.save(torchSharp);

    /// <summary>Under a temporary name, flushed to the disk, renamed.</summary>
    [Benchmark]
    [BenchmarkCategory(Saving)]
    public void Save() => SafetensorsWriter.Write(file, weights);

    [Benchmark]
    [BenchmarkCategory(Saving)]
    public void SaveModelFolder() => ModelFolder.Save(folder.FullName, network, process);

    [Benchmark]
    [BenchmarkCategory(Saving)]
    public void WriteAllBytes() => File.WriteAllBytes(Path.Combine(folder.FullName, "bytes"), bytes);

    private sealed class Columns : RooflineColumns
    {
        public Columns()
            : base(_ => WorkOf())
        {
        }

        // Read once, written once: the page cache is memory.
        private static Work? WorkOf() => Work.Passes(sizeof(float) * UNet.CountParameters(Shape), 2);
    }
}
