using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate fid</c>: the Fréchet distance.</summary>
internal static class FrechetCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        Argument<string> reference = EvaluateCommand.Reference(", or statistics as .npz");
        var samples = new Argument<string?>("samples") { Description = EvaluateCommand.Samples().Description + "; not needed with --save-stats", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> test = EvaluateCommand.Test(), save = Text("--save-stats", "file.npz", "Write the statistics of <reference>, as Python's FID programs read them");
        Option<bool> json = Json();
        var flags = new MeasureFlags();
        var command = new Command("fid", "Fréchet distance of the features of two sets of images: FID, where the features are Inception's. Compare equal numbers of images only, 50,000 as a rule.") { reference, samples, test, save };
        flags.AddTo(command);
        command.Add(json);
        EvaluateCommand.Run(command, flags, json, output, error, (parsed, measurement, stop) =>
        {
            string? path = parsed.GetValue(samples), file = parsed.GetValue(save), other = parsed.GetValue(test);
            if (path is null && file is null) throw new UsageException("ddpm evaluate fid needs <samples>, or --save-stats.");
            if (path is null && other is not null) throw new UsageException("--test goes with <samples>, which are measured against it.");
            using FeatureStatistics real = measurement.Statistics("reference", parsed.GetValue(reference)!, stop);
            if (file is not null) measurement.Write(() => StatisticsFile.Save(file, real));
            if (path is null)
            {
                measurement.Note("statistics", file!);
                measurement.Report($"Statistics of {real.Dimensions:N0} features are in {file}", []);
                return;
            }

            using FeatureStatistics drawn = measurement.Statistics("samples", path, stop);
            Metric first = Distance("frechet_distance", real, drawn);
            if (other is null)
            {
                measurement.Report("Fréchet distance", [first]);
                return;
            }

            using FeatureStatistics held = measurement.Statistics("test", other, stop);
            measurement.Report("Fréchet distance", [first, Distance("frechet_distance_test", held, drawn)]);
        });
        return command;
    }

    private static Metric Distance(string name, FeatureStatistics real, FeatureStatistics drawn) => real.Dimensions == drawn.Dimensions
        ? new Metric(name, FrechetDistance.Compute(real, drawn), null, "lower is better")
        : throw new UsageException($"The reference has {real.Dimensions} features and the samples have {drawn.Dimensions}: they must be of one network, or of images of one shape.");
}
