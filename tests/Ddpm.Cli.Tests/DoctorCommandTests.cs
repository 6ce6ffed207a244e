using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Cli.Doctor;
using Ddpm.Core;
using TorchSharp;

namespace Ddpm.Cli.Tests;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Doctor_WorkingMachine_FindsEverythingWithNumbersAsNumbers()
    {
        JsonObject json = here.Json("doctor", "--out", "{new/run}", "--threads", "1");
        ((bool)json["healthy"]!).Should().BeTrue();
        JsonObject checks = json["checks"]!.AsObject();
        checks.Select(check => check.Key).Should().Equal(
            "ddpm", "runtime", "processor", "threads", "memory", "disk", "fonts", "libtorch", "gpu", "prediction", "training");
        foreach ((string check, string field) in new[]
        {
            ("processor", "processors"), ("processor", "lanes"), ("threads", "count"), ("memory", "bytes"), ("disk", "free_bytes"),
            ("gpu", "count"), ("prediction", "milliseconds"), ("training", "milliseconds"),
        })
        {
            checks[check]![field]!.GetValueKind().Should().Be(JsonValueKind.Number, "{0}.{1}", check, field);
        }

        ((int)checks["threads"]!["count"]!, (string)checks["threads"]!["source"]!).Should().Be((1, "--threads"));
        ((int)checks["libtorch"]!["threads"]!).Should().Be(1, "libtorch computes with as many");
        ((string)checks["disk"]!["folder"]!).Should().Be(Path.GetDirectoryName(here["x"]), "what is not there yet is not made");
        Directory.Exists(here["new"]).Should().BeFalse();
        Directory.EnumerateFileSystemEntries(here["."]).Should().BeEmpty("nothing is left behind");
    }

    [Fact]
    public void Doctor_WithoutLibtorch_SaysSoInItsLineAndEndsWithCodeOne()
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(
            ["doctor", "--out", here["."]], output, error, purpose => throw new TorchRuntimeException($"{purpose} needs libtorch"));
        code.Should().Be(1);
        string[] lines = output.ToString().Split(Environment.NewLine);
        lines.Should().ContainSingle(line => line.Contains("broken")).Which.Should().Contain("libtorch").And.Contain("needs libtorch");
        lines.Should().Contain(line => line.Contains("prediction"), "the kernels need no libtorch");
        lines.Should().NotContain(line => line.Contains("gpu"), "libtorch finds the GPUs");
        error.ToString().Trim().Should().Be("1 check failed: libtorch.");
    }

    [Fact]
    public void Doctor_OutputThatIsAFile_IsBroken()
    {
        File.WriteAllText(here["file"], "");
        (int code, string output, string error) = here.Run("doctor", "--quick", "--out", "{file}", "--json");
        (code, error.Trim()).Should().Be((1, "1 check failed: disk."));
        JsonNode json = JsonNode.Parse(output)!;
        ((bool)json["healthy"]!, (bool)json["checks"]!["disk"]!["ok"]!).Should().Be((false, false));
        ((string)json["checks"]!["disk"]!["error"]!).Should().Be(here.Place("--out must be a folder, but {file} is a file."));
    }

    [Fact]
    public void Threads_OfACommand_AreLibtorchsForItsTimeAlone()
    {
        int before = torch.get_num_threads();
        here.Json("doctor", "--quick", "--threads", $"{before + 1}")["checks"]!["libtorch"]!["threads"]!.GetValue<int>()
            .Should().Be(before + 1);
        torch.get_num_threads().Should().Be(before);
    }

    [Theory]
    [InlineData(false, 0, false, 0, "none: there is no NVIDIA driver (*), and networks compute on the CPU")]
    [InlineData(true, 0, false, 0, "none: the NVIDIA driver for CUDA 12.8 finds no GPU, and networks compute on the CPU")]
    [InlineData(true, 8, false, 0, "H (*, compute capability 8.6, TF32 and bfloat16), driver for CUDA 12.8, but this libtorch is for the CPU: "
        + "build with TorchSharp-cuda-*, or name a folder of libtorch 2.10.0 for CUDA in DDPM_LIBTORCH")]
    [InlineData(true, 8, true, 0, "H (*), driver for CUDA 12.8, but libtorch's CUDA cannot use it; is the driver older than libtorch's CUDA?")]
    [InlineData(true, 7, true, 1, "H (*, compute capability 7.6, no TF32 or bfloat16), driver for CUDA 12.8: --device cuda")]
    public void Gpu_WhatIsThere_IsDescribedWithWhatIsMissing(bool hasDriver, int capability, bool hasCuda, int usable, string expected)
    {
        GpuDevice[] devices = capability == 0 ? [] : [new GpuDevice("H", new Version(capability, 6), 1L << 34)];
        Finding found = GpuChecks.Describe(hasDriver ? new CudaDriver(new Version(12, 8), devices) : null, hasCuda, usable);
        found.Text.Should().Match(expected);
        (found.IsBroken, (int)found.Values["count"]!, found.Values["devices"]!.AsArray().Count).Should().Be((false, usable, devices.Length));
    }

    [Fact]
    public void Processor_OfLinux_IsRead()
    {
        Processor found = Processor.Read(
            "processor\t: 0\nmodel name\t: Xeon\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: fpu avx512_bf16\n\n"
                + "processor\t: 1\nmodel name\t: Xeon\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: fpu\n\n"
                + "processor\t: 2\nmodel name\t: Xeon\nphysical id\t: 0\ncore id\t\t: 1\n");
        (found.Model, found.Cores).Should().Be(("Xeon", 2));
        found.Features.Should().Contain("BF16");
        Processor.Read("").Cores.Should().BeNull();
    }
}
