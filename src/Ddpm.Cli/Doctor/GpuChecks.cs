using System.Text.Json.Nodes;
using Ddpm.Cli.Output;

namespace Ddpm.Cli.Doctor;

/// <summary>The check of GPUs: what is there, and what is missing for networks to use it.</summary>
internal static class GpuChecks
{
    /// <summary>Describes what was found.</summary>
    /// <param name="driver">NVIDIA's driver; null where there is none.</param>
    /// <param name="hasCuda">Whether this libtorch has its CUDA part.</param>
    /// <param name="usable">How many GPUs libtorch can use.</param>
    public static Finding Describe(CudaDriver? driver, bool hasCuda, int usable)
    {
        IReadOnlyList<GpuDevice> devices = driver?.Devices ?? [];
        string found = string.Join("; ", devices.Select(Describe));
        string serves = driver?.Cuda is { } version ? $"driver for CUDA {version}" : "driver";
        string text = (devices.Count, hasCuda, usable) switch
        {
            (_, _, > 0) => $"{(found.Length > 0 ? found : Amount.Of(usable, "CUDA device"))}, {serves}: --device cuda",
            (> 0, false, _) => $"{found}, {serves}, but this libtorch is for the CPU: {Remedy}",
            (> 0, true, _) => $"{found}, {serves}, but libtorch's CUDA cannot use it; is the driver older than libtorch's CUDA?",
            _ when driver is null => $"none: there is no NVIDIA driver ({CudaDriver.File}), and networks compute on the CPU",
            _ => $"none: the NVIDIA {serves} finds no GPU, and networks compute on the CPU",
        };
        return new Finding(text, new JsonObject
        {
            ["count"] = usable,
            ["driver"] = driver?.Cuda?.ToString(),
            ["cuda_libtorch"] = hasCuda,
            ["devices"] = new JsonArray([.. devices.Select(device => (JsonNode)new JsonObject
            {
                ["name"] = device.Name,
                ["capability"] = device.Capability.ToString(),
                ["bytes"] = device.Bytes,
                ["tf32"] = device.HasTensorFormats,
                ["bfloat16"] = device.HasTensorFormats,
            })]),
        });
    }

    private static string Remedy =>
        $"build with TorchSharp-cuda-{(OperatingSystem.IsWindows() ? "windows" : "linux")} in place of TorchSharp-cpu, or name a folder of "
            + $"libtorch {LibTorch.Version} for CUDA in {LibTorch.Variable}";

    private static string Describe(GpuDevice device) =>
        $"{device.Name} ({Amount.Bytes(device.Bytes)}, compute capability {device.Capability}, "
            + $"{(device.HasTensorFormats ? "TF32 and bfloat16" : "no TF32 or bfloat16")})";
}
