using Ddpm.Models;
using Ddpm.Onnx;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>A network as an ONNX model in ONNX Runtime, with as many threads as libtorch.</summary>
internal sealed class RuntimeNetwork : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-onnx-");

    public RuntimeNetwork(UNet network)
    {
        string path = Path.Combine(folder.FullName, "network.onnx");
        network.SaveOnnx(path);
        Model = new OnnxEpsilonModel(path, new OnnxModelOptions { Threads = get_num_threads() });
    }

    /// <summary>The network.</summary>
    public OnnxEpsilonModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        folder.Delete(recursive: true);
    }
}
