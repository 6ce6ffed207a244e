using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Doctor;

/// <summary><c>ddpm doctor</c>: whether the program and the machine have what commands need, and how fast they are.</summary>
internal static class DoctorCommand
{
    private const string LibTorchName = "libtorch", OpenMp = "OMP_NUM_THREADS";

    public static Command Create(CommandShell shell) => shell.Create(
        "doctor",
        "Checks what commands need: versions, processor, libtorch, GPU, memory, disk and fonts, and times a step of a small network. "
            + "Exit code 1 where something is broken.",
        "ddpm doctor --out run",
        read => new DoctorOptions(read),
        (options, screen, stop) =>
        {
            Examine(options, shell, screen, stop);
            return true;
        },
        torch: false,
        computes: true);

    private static void Examine(DoctorOptions options, CommandShell shell, Screen screen, CancellationToken stop)
    {
        var found = new List<(string Name, Finding Finding)>();
        bool loaded = false;
        foreach (Check check in Checks(options, shell, () => loaded))
        {
            stop.ThrowIfCancellationRequested();
            Finding finding = check.Examine();
            loaded |= check.Name == LibTorchName && !finding.IsBroken;
            found.Add((check.Name, finding));
        }

        string[] broken = [.. found.Where(entry => entry.Finding.IsBroken).Select(entry => entry.Name)];
        screen.Table("ddpm doctor", 3, found.Select(entry =>
            (string[])[entry.Finding.IsBroken ? "broken" : "ok", entry.Name, entry.Finding.Text]));
        screen.Json(new JsonObject
        {
            ["healthy"] = broken.Length == 0,
            ["checks"] = new JsonObject(found.Select(entry => KeyValuePair.Create(entry.Name, (JsonNode?)Json(entry.Finding)))),
        });
        if (broken.Length == 0) return;
        throw new InvalidOperationException($"{Amount.Of(broken.Length, "check")} failed: {string.Join(", ", broken)}.");
    }

    private static IEnumerable<Check> Checks(DoctorOptions options, CommandShell shell, Func<bool> hasTorch)
    {
        int? variable = SpanEngine.Threads(Environment.GetEnvironmentVariable(OpenMp));
        int threads = shell.Threads ?? variable ?? Environment.ProcessorCount;
        string source = shell.Threads is not null ? "--threads" : variable is not null ? OpenMp : "one for each processor";
        yield return new Check("ddpm", MachineChecks.Version);
        yield return new Check("runtime", MachineChecks.Runtime);
        yield return new Check("processor", MachineChecks.Cpu);
        yield return new Check("threads", () => MachineChecks.Threads(threads, source));
        yield return new Check("memory", MachineChecks.Memory);
        yield return new Check("disk", () => MachineChecks.Disk(options.Output));
        yield return new Check("fonts", MachineChecks.Fonts);
        yield return new Check(LibTorchName, () =>
        {
            shell.LoadTorch("ddpm train");
            return LibTorchItself();
        });
        if (hasTorch()) yield return new Check("gpu", Gpu);
        if (options.Quick) yield break;
        yield return new Check("prediction", () => SpeedChecks.Prediction(threads));
        if (hasTorch()) yield return new Check("training", Training);
    }

    // Apart, so that nothing of libtorch is touched before it is loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Finding LibTorchItself() => TorchChecks.LibTorchItself();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Finding Gpu() => TorchChecks.Gpu();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Finding Training() => SpeedChecks.Training();

    private static JsonObject Json(Finding finding)
    {
        var json = new JsonObject { ["ok"] = !finding.IsBroken };
        foreach ((string name, JsonNode? value) in finding.Values) json[name] = value?.DeepClone();
        return json;
    }
}
