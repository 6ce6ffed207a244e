using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using static Ddpm.Cli.Arguments.Options;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate kid</c>: the kernel distance.</summary>
internal static class KernelCommand
{
    private const int DefaultSubset = 1000;

    public static Command Create(TextWriter output, TextWriter error)
    {
        Argument<string> reference = EvaluateCommand.Reference(), samples = EvaluateCommand.Samples();
        Option<string?> test = EvaluateCommand.Test();
        var subsets = Number("--subsets", 100, "Random subsets over which the mean is taken", 1);
        var size = Number("--subset-size", null, $"Images of each set in a subset; by default {DefaultSubset}, or all of the smaller set", 2);
        Option<bool> json = Json();
        var flags = new MeasureFlags();
        var command = new Command("kid", "Kernel distance of the features of two sets of images: KID, where the features are Inception's. Unbiased, and so good with few images.") { reference, samples, test, subsets, size };
        flags.AddTo(command);
        command.Add(json);
        EvaluateCommand.Run(command, flags, json, output, error, (parsed, measurement, stop) =>
        {
            using Tensor real = measurement.Features("reference", parsed.GetValue(reference)!, stop), drawn = measurement.Features("samples", parsed.GetValue(samples)!, stop);
            using Tensor? held = parsed.GetValue(test) is { } path ? measurement.Features("test", path, stop) : null;
            long smallest = Math.Min(Math.Min(real.size(0), drawn.size(0)), held?.size(0) ?? long.MaxValue);
            int subset = parsed.GetValue(size) ?? (int)Math.Min(DefaultSubset, smallest);
            if (subset > smallest) throw new UsageException($"--subset-size must be at most {smallest}, the images of the smallest set, but is {subset}.");
            Metric Distance(string name, Tensor set)
            {
                KernelDistanceResult result = KernelDistance.Compute(set, drawn, parsed.GetValue(subsets)!.Value, subset, 0, stop);
                return new Metric(name, result.Mean, result.StandardDeviation, string.Create(CultureInfo.InvariantCulture, $"lower is better; ± deviation over {parsed.GetValue(subsets)} subsets of {subset}"));
            }

            Metric first = Distance("kernel_distance", real);
            measurement.Report("Kernel distance", held is null ? [first] : [first, Distance("kernel_distance_test", held)]);
        });
        return command;
    }
}
