using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using TorchSharp;

namespace Ddpm.Cli.Doctor;

/// <summary>The checks of libtorch and what it finds. Call them when it is loaded.</summary>
internal static class TorchChecks
{
    public static Finding LibTorchItself()
    {
        string binding = typeof(torch).Assembly.GetName().Version!.ToString(3);
        using torch.Tensor two = torch.ones(2).sum();
        if (two.item<float>() != 2) throw new InvalidOperationException("libtorch must add 1 and 1 to 2, but does not.");
        string file = Environment.GetEnvironmentVariable(LibTorch.Variable) is { Length: > 0 } named
            ? $" of {LibTorch.Variable}={named}"
            : "";
        return new Finding(
            $"{LibTorch.Version}{file}, called through TorchSharp {binding}, {Amount.Of(torch.get_num_threads(), "thread")}",
            new JsonObject { ["version"] = LibTorch.Version, ["torchsharp"] = binding, ["threads"] = torch.get_num_threads() });
    }

    public static Finding Gpu()
    {
        bool hasCuda = NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, searchPath: null, out _);
        return GpuChecks.Describe(CudaDriver.Find(), hasCuda, Core.TorchRuntime.IsCudaAvailable() ? torch.cuda.device_count() : 0);
    }
}
