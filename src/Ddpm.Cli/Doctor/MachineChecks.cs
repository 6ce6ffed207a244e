using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Inference;
using Ddpm.Plotting;

namespace Ddpm.Cli.Doctor;

/// <summary>The checks of the machine: versions, processor, memory, disk and fonts. None needs libtorch.</summary>
internal static class MachineChecks
{
    private const string LinuxMemory = "/proc/meminfo", Available = "MemAvailable:";

    public static Finding Version()
    {
        string version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return new Finding(version, new JsonObject { ["version"] = version });
    }

    public static Finding Runtime()
    {
        string runtime = RuntimeInformation.FrameworkDescription, system = RuntimeInformation.OSDescription;
        string platform = RuntimeInformation.RuntimeIdentifier;
        return new Finding(
            $"{runtime} for {platform}, {system}",
            new JsonObject { ["version"] = Environment.Version.ToString(), ["platform"] = platform, ["system"] = system });
    }

    public static Finding Cpu()
    {
        Processor processor = Processor.OfThisMachine();
        string features = processor.Features.Length > 0 ? string.Join(", ", processor.Features) : "no vector instructions that kernels use";
        string cores = processor.Cores is { } count ? $"{Amount.Of(count, "core")}, " : "";
        return new Finding(
            $"{processor.Model}: {cores}{Amount.Of(Environment.ProcessorCount, "processor")} for this program; {features}",
            new JsonObject
            {
                ["model"] = processor.Model,
                ["cores"] = processor.Cores,
                ["processors"] = Environment.ProcessorCount,
                ["features"] = new JsonArray([.. processor.Features.Select(name => JsonValue.Create(name))]),
                ["lanes"] = VectorWidth.Best,
            });
    }

    public static Finding Threads(int threads, string source) => new(
        $"{Amount.Of(threads, "thread")} for computing ({source})",
        new JsonObject { ["count"] = threads, ["source"] = source });

    public static Finding Memory()
    {
        // Within a container that is what the container may use.
        long total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string? line = File.Exists(LinuxMemory)
            ? File.ReadLines(LinuxMemory).FirstOrDefault(line => line.StartsWith(Available, StringComparison.Ordinal))
            : null;
        long? free = line is null
            ? null
            : 1024 * long.Parse(line[Available.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new Finding(
            Amount.Bytes(total) + (free is { } bytes ? $", {Amount.Bytes(bytes)} of the machine's available" : ""),
            new JsonObject { ["bytes"] = total, ["available_bytes"] = free });
    }

    /// <summary>Looks at the folder for outputs, or at the first one above it that exists.</summary>
    public static Finding Disk(string output)
    {
        string wanted = Path.GetFullPath(output), folder = wanted;
        if (File.Exists(wanted)) throw new IOException($"--out must be a folder, but {output} is a file.");
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new IOException($"There is no disk for {output}.");
        }

        string probe = Path.Combine(folder, $".ddpm-doctor-{Guid.NewGuid():N}.tmp");
        using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        return new Finding(
            $"{Amount.Bytes(free)} free; {folder} is writable",
            new JsonObject { ["folder"] = folder, ["free_bytes"] = free, ["writable"] = true });
    }

    public static Finding Fonts()
    {
        string file = Path.Combine(Path.GetTempPath(), $"ddpm-doctor-{Guid.NewGuid():N}.png");
        try
        {
            LossPlot.Save(file, [1, 0.5]);
            return new Finding("a plot with text was drawn", new JsonObject { ["bytes"] = new FileInfo(file).Length });
        }
        finally
        {
            File.Delete(file);
        }
    }
}
