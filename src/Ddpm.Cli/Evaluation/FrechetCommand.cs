using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Evaluation;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate fid</c>: the Fréchet distance.</summary>
internal static class FrechetCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "fid",
        "Fréchet distance of the features of two sets of images: FID, where the features are Inception's. "
            + "Compare equal numbers of images only, 50,000 as a rule.",
        "ddpm evaluate fid pictures/train samples --features pixels --size 8 --grayscale",
        read => new FrechetOptions(read),
        (options, screen, ranks, stop) =>
        {
            if (options.Samples is null && options.StatisticsFile is null)
            {
                throw new UsageException("ddpm evaluate fid needs <samples>, or --save-stats.");
            }

            if (options.Samples is null && options.Test is not null)
            {
                throw new UsageException("--test goes with <samples>, which are measured against it.");
            }

            ranks.OnFirstRank(() => OutputPath.RequireFile("--save-stats", options.StatisticsFile));
            using var measurement = new Measurement(options.Measures, screen, ranks);
            Measure(options, measurement, stop);
            return true;
        });

    private static void Measure(FrechetOptions options, Measurement measurement, CancellationToken stop)
    {
        using FeatureStatistics real = measurement.Statistics("reference", options.Reference, options.MaxFeatures, stop);
        if (options.StatisticsFile is { } file) measurement.Write(() => StatisticsFile.Save(file, real));
        if (options.Samples is null)
        {
            measurement.Note("statistics", options.StatisticsFile!);
            measurement.Report($"Statistics of {Amount.Of(real.Dimensions, "feature")} are in {options.StatisticsFile}", []);
            return;
        }

        using FeatureStatistics drawn = measurement.Statistics("samples", options.Samples, options.MaxFeatures, stop);
        Metric first = Distance(measurement, "frechet_distance", real, drawn);
        if (options.Test is null)
        {
            measurement.Report("Fréchet distance", [first]);
            return;
        }

        using FeatureStatistics held = measurement.Statistics("test", options.Test, options.MaxFeatures, stop);
        measurement.Report("Fréchet distance", [first, Distance(measurement, "frechet_distance_test", held, drawn)]);
    }

    private static Metric Distance(Measurement measurement, string name, FeatureStatistics real, FeatureStatistics drawn)
    {
        if (real.Dimensions == drawn.Dimensions)
        {
            return new Metric(name, FrechetDistance.Compute(real, drawn, measurement.Log), null, "lower is better");
        }

        throw new UsageException(
            $"The reference has {real.Dimensions} features and the samples have {drawn.Dimensions}: "
                + "they must be of one network, or of images of one shape.");
    }
}
