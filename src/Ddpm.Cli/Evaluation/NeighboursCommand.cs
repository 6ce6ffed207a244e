using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate pr</c>: precision and recall, density and coverage.</summary>
internal static class NeighboursCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "pr",
        "Improved precision and recall, density and coverage: are the samples like real images, and as varied? "
            + "Compare equal numbers of images only.",
        "ddpm evaluate pr pictures/train samples --features pixels --size 8 --grayscale --test pictures/test",
        read => new NeighboursOptions(read),
        (options, screen, ranks, stop) =>
        {
            (int k, int m) = (options.Neighbours, options.DensityNeighbours);
            using var measurement = new Measurement(options.Measures, screen, ranks);
            using Tensor real = measurement.Features("reference", options.Reference, stop);
            using Tensor drawn = measurement.Features("samples", options.Samples, stop);
            using Tensor? held = options.Test is { } path ? measurement.Features("test", path, stop) : null;
            foreach ((string name, Tensor set) in new[] { ("<reference>", real), ("<samples>", drawn), ("--test", held ?? real) })
            {
                if (set.size(0) > Math.Max(k, m)) continue;
                throw new UsageException(
                    $"{name} must have more than {Math.Max(k, m)} images for so many neighbours, but has {set.size(0)}.");
            }

            Metric[] Against(string suffix, Tensor set)
            {
                PrecisionRecallResult balls = PrecisionRecall.Compute(set, drawn, k, stop);
                DensityCoverageResult crowds = DensityCoverage.Compute(set, drawn, m, stop);
                string ofK = string.Create(CultureInfo.InvariantCulture, $"k = {k}");
                string ofM = string.Create(CultureInfo.InvariantCulture, $"k = {m}");
                return
                [
                    new("precision" + suffix, balls.Precision, null, $"higher is better; {ofK}"),
                    new("recall" + suffix, balls.Recall, null, $"higher is better; {ofK}"),
                    new("density" + suffix, crowds.Density, null, $"about 1 for equal distributions; {ofM}"),
                    new("coverage" + suffix, crowds.Coverage, null, $"higher is better; {ofM}"),
                ];
            }

            measurement.Report(
                "Precision and recall",
                held is null ? [.. Against("", real)] : [.. Against("", real), .. Against("_test", held)]);
            return true;
        });
}
