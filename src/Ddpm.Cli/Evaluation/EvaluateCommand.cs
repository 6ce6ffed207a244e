using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate</c>: how good a model is, and its samples.</summary>
internal static class EvaluateCommand
{
    public const string SamplesDescription =
        "Samples to be measured: images as <reference>, a folder of ddpm sample, or a model folder, from which they are drawn";

    public static Command Create(CommandShell shell) => new("evaluate", "Measures a model, or samples against real images.")
    {
        BoundCommand.Create(shell), FrechetCommand.Create(shell), ScoreCommand.Create(shell), KernelCommand.Create(shell),
        NeighboursCommand.Create(shell), CopiesCommand.Create(shell),
    };

    /// <summary>States the argument of real images.</summary>
    public static string Reference(OptionReader read, string beside = "") =>
        read.Argument("reference", $"Real images: {ImageData.Kinds}{beside}");

    /// <summary>States the argument of samples.</summary>
    public static string Samples(OptionReader read) => read.Argument("samples", SamplesDescription);

    /// <summary>States the option of other real images, which the model has not seen.</summary>
    public static string? Test(OptionReader read) => read.Section("Images").Text(
        "--test", "path", "More real images, such as held-out ones, against which the samples are measured too");
}
