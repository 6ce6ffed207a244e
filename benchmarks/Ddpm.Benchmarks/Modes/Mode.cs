namespace Ddpm.Benchmarks;

/// <summary>A table that interleaves the ways it compares, where BenchmarkDotNet measures one after the other.</summary>
/// <param name="Option">How it is asked for.</param>
/// <param name="Help">What may follow, and what it shows.</param>
/// <param name="Run">Measures and writes the table.</param>
internal sealed record Mode(string Option, string Help, Action<ModeArguments> Run)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Mode> All { get; } =
    [
        new(
            "--ratios",
            "[CASE…]  ratios to the plain network, the ways taken in turn in one process",
            arguments =>
                Ratios.Write(
                    arguments.NamesOr(Effort.Of<string[]>([], ["Quickstart, 2", "sampling, 2", "training Quickstart, 2"])),
                    Effort.Of(6, 0))),
        new("--growth", "[batch] [resolution] [steps]  how cost grows with each", Growth.Write),
        new("--runtimes", "[CASE…]  ms per image by Ddpm.Inference, ONNX Runtime and libtorch", Runtimes.Write),
        new("--device", "[cpu|cuda]  images per second in each type, layer by layer", DeviceThroughput.Write),
        new("--profile", "[CASE…]  share of time by kind of step", Profile.Write),
        new(
            "--memory",
            "[plain] [compiled] [bf16] [--steps N] [--batch N]  peak and course of resident memory while sampling with the CIFAR-10 "
                + "network, each way in a process of its own",
            MemoryTable.Write),
    ];
}
