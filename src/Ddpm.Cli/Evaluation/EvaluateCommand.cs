using System.CommandLine;
using Ddpm.Cli.Output;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate</c>: how good a model is, and its samples.</summary>
internal static class EvaluateCommand
{
    public static Command Create(TextWriter output, TextWriter error) => new("evaluate", "Measures a model, or samples against real images.")
    {
        BoundCommand.Create(output, error), FrechetCommand.Create(output, error), ScoreCommand.Create(output, error), KernelCommand.Create(output, error), NeighboursCommand.Create(output, error),
    };

    /// <summary>Real images as an argument.</summary>
    public static Argument<string> Reference(string beside = "") =>
        new("reference") { Description = $"Real images: a folder of PNG or JPEG files, CIFAR .bin files or their folder, an IDX file (MNIST and its kin){beside}" };

    /// <summary>Samples as an argument.</summary>
    public static Argument<string> Samples() => new("samples") { Description = "Samples to be measured: images as <reference>, a folder of ddpm sample, or a model folder, from which they are drawn" };

    /// <summary>Other real images, which the model has not seen.</summary>
    public static Option<string?> Test() => Arguments.Options.Text("--test", "path", "More real images, such as held-out ones, against which the samples are measured too");

    /// <summary>Runs a measure of samples.</summary>
    public static void Run(Command command, MeasureFlags flags, Option<bool> json, TextWriter output, TextWriter error, Action<ParseResult, Measurement, CancellationToken> measure)
    {
        Option<bool> mpi = Communicators.Option();
        command.Add(mpi);
        command.SetAction(parsed => CommandLine.Guarded(error, stop => Communicators.Run(
            parsed.GetValue(mpi),
            output,
            (ranks, first) =>
            {
                MeasureOptions options = flags.Read(parsed);
                using var measurement = new Measurement(options with { Sampling = options.Sampling.On(ranks) }, new Screen(first, error, parsed.GetValue(json)), ranks);
                measure(parsed, measurement, stop);
                return true;
            })));
    }
}
