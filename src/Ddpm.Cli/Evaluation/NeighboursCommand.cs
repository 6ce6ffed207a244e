using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using static Ddpm.Cli.Arguments.Options;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate pr</c>: precision and recall, density and coverage.</summary>
internal static class NeighboursCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        Argument<string> reference = EvaluateCommand.Reference(), samples = EvaluateCommand.Samples();
        Option<string?> test = EvaluateCommand.Test();
        var precision = Number("--neighbours", 3, "k of precision and recall", 1);
        var density = Number("--density-neighbours", 5, "k of density and coverage", 1);
        Option<bool> json = Json();
        var flags = new MeasureFlags();
        var command = new Command("pr", "Improved precision and recall, density and coverage: are the samples like real images, and as varied? Compare equal numbers of images only.") { reference, samples, test, precision, density };
        flags.AddTo(command);
        command.Add(json);
        EvaluateCommand.Run(command, flags, json, output, error, (parsed, measurement, stop) =>
        {
            int k = parsed.GetValue(precision)!.Value, m = parsed.GetValue(density)!.Value;
            using Tensor real = measurement.Features("reference", parsed.GetValue(reference)!, stop), drawn = measurement.Features("samples", parsed.GetValue(samples)!, stop);
            using Tensor? held = parsed.GetValue(test) is { } path ? measurement.Features("test", path, stop) : null;
            foreach ((string name, Tensor set) in new[] { ("<reference>", real), ("<samples>", drawn), ("--test", held ?? real) })
            {
                if (set.size(0) <= Math.Max(k, m)) throw new UsageException($"{name} must have more than {Math.Max(k, m)} images for so many neighbours, but has {set.size(0)}.");
            }

            Metric[] Against(string suffix, Tensor set)
            {
                PrecisionRecallResult balls = PrecisionRecall.Compute(set, drawn, k, stop);
                DensityCoverageResult crowds = DensityCoverage.Compute(set, drawn, m, stop);
                string ofK = string.Create(CultureInfo.InvariantCulture, $"k = {k}"), ofM = string.Create(CultureInfo.InvariantCulture, $"k = {m}");
                return
                [
                    new("precision" + suffix, balls.Precision, null, $"higher is better; {ofK}"), new("recall" + suffix, balls.Recall, null, $"higher is better; {ofK}"),
                    new("density" + suffix, crowds.Density, null, $"about 1 for equal distributions; {ofM}"), new("coverage" + suffix, crowds.Coverage, null, $"higher is better; {ofM}"),
                ];
            }

            measurement.Report("Precision and recall", held is null ? [.. Against("", real)] : [.. Against("", real), .. Against("_test", held)]);
        });
        return command;
    }
}
