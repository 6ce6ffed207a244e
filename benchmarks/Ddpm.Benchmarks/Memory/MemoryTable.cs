using System.Diagnostics;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Benchmarks;

/// <summary>
/// Resident memory of a sampling run with the CIFAR-10 network: peak against weights, plan and largest activations, and its course over the
/// steps. Each way runs in a child process of its own, so that peaks do not mix.
/// </summary>
internal static class MemoryTable
{
    private const string WayOption = "--way";

    /// <summary>Measures and writes the tables; in a child the numbers of its way.</summary>
    public static void Write(ModeArguments arguments)
    {
        if (!ResidentMemory.IsKnown)
        {
            Console.WriteLine("--memory reads /proc, which only Linux has.");
            return;
        }

        int steps = arguments.Count("--steps", Effort.Of(20, 2)), batch = arguments.Count("--batch", Effort.Of(8, 1));
        if (arguments.Word(WayOption) is { } way)
        {
            Console.WriteLine(new MemoryCase(Options, InferenceWay.Of(way), batch, steps).Measure().ToLine());
            return;
        }

        MemoryReport[] reports = [.. arguments.NamesOr(InferenceWay.Names).Select(name => Child(name, steps, batch))];
        Console.WriteLine(
            $"\nSampling of {batch} image{(batch == 1 ? "" : "s")} in {steps} steps; MB (10⁶ bytes). Run is the peak beyond the process "
                + "without a network, to be at most 1.5 times weights + plan + largest activations.");
        MarkdownTable.Begin(
            1,
            "way",
            "process alone",
            "weights",
            "plan",
            "largest activations",
            "sum",
            "peak",
            "run",
            "run / sum",
            "after dispose",
            "live tensors then");
        foreach (MemoryReport report in reports)
        {
            MarkdownTable.Row(
                report.Way,
                Format.Megabytes(report.Alone),
                Format.Megabytes(report.Weights),
                Format.Megabytes(report.Plan),
                Format.Megabytes(report.Activations),
                Format.Megabytes(report.Sum),
                Format.Megabytes(report.Peak),
                Format.Megabytes(report.Run),
                Format.Number(report.Run / report.Sum),
                Format.Megabytes(report.AfterDispose),
                $"{report.LiveTensors}");
        }

        Console.WriteLine("\nResident after so many steps, MB:");
        MarkdownTable.Begin(1, ["way", .. reports[0].Course.Select(point => $"{point.Step}")]);
        foreach (MemoryReport report in reports)
        {
            MarkdownTable.Row([report.Way, .. report.Course.Select(point => Format.Megabytes(point.Bytes))]);
        }
    }

    private static UNetOptions Options => Effort.Of(UNetOptions.Cifar10 with { Dropout = 0 }, NetworkCase.Quickstart);

    private static MemoryReport Child(string way, int steps, int batch)
    {
        // Of `dotnet run` the program itself; of `dotnet Ddpm.Benchmarks.dll` the host and the assembly.
        string program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(MemoryTable).Assembly.Location] : [];
        var start = new ProcessStartInfo(
            program,
            [
                .. assembly, "--memory", WayOption, way, "--steps", $"{steps}", "--batch", $"{batch}",
                ModeArguments.ThreadsOption, $"{torch.get_num_threads()}",
                .. Effort.Of<string[]>([], ["--quick"]),
            ])
        {
            RedirectStandardOutput = true,
        };
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? MemoryReport.Parse(output.TrimEnd().Split('\n')[^1])
            : throw new InvalidOperationException($"The child process that samples {way} ended with code {child.ExitCode}: {output}");
    }
}
