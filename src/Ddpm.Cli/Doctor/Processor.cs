using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Ddpm.Cli.Doctor;

/// <summary>The processor: its model, cores, and the instructions that kernels use.</summary>
internal sealed class Processor
{
    private const string LinuxFile = "/proc/cpuinfo";

    private Processor(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        string? Field(params string[] names) => fields.FirstOrDefault(field => names.Contains(field.Key)).Value;
        Model = Field("model name", "Model", "Processor", "cpu model")
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        string[] flags = (Field("flags", "Features") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Features =
        [
            .. new (string Name, bool Has)[]
            {
                ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512", Avx512F.IsSupported), ("NEON", AdvSimd.IsSupported),
                ("BF16", flags.Contains("avx512_bf16") || flags.Contains("amx_bf16") || flags.Contains("bf16")),
            }.Where(feature => feature.Has).Select(feature => feature.Name),
        ];
        int cores = fields.Where(field => field.Key is "physical id" or "core id").Chunk(2)
            .Select(pair => string.Join('/', pair.Select(field => field.Value))).Distinct().Count();
        Cores = cores > 0 ? cores : null;
    }

    /// <summary>The name of the model.</summary>
    public string Model { get; }

    /// <summary>The instructions beyond the architecture's own that it has.</summary>
    public ImmutableArray<string> Features { get; }

    /// <summary>The physical cores; null where the system does not say.</summary>
    public int? Cores { get; }

    /// <summary>The processor of this machine.</summary>
    public static Processor OfThisMachine() => Read(File.Exists(LinuxFile) ? File.ReadAllText(LinuxFile) : "");

    /// <summary>Reads what Linux says of the processor.</summary>
    internal static Processor Read(string text) => new(
    [
        .. text.Split('\n').Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .Select(parts => KeyValuePair.Create(parts[0].Trim(), parts[1].Trim())),
    ]);
}
