using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Evaluation;
using static Ddpm.Cli.Arguments.Options;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate is</c>: the Inception Score.</summary>
internal static class ScoreCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        Argument<string> samples = EvaluateCommand.Samples();
        samples.Description = "Samples to be measured: a folder of PNG or JPEG files, CIFAR .bin files or their folder, an IDX file, a folder of ddpm sample, or a model folder, from which they are drawn (--count)";
        var splits = Number("--splits", 10, "Splits over which the mean is taken; the score grows with their size", 1);
        Option<bool> json = Json();
        var flags = new MeasureFlags(classifier: true);
        var command = new Command("is", "Inception Score: how sure a classifier is of each sample, and how many classes there are. --features is the classifier, which gives logits.") { samples, splits };
        flags.AddTo(command);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue<string>("--features") == FeatureOptions.Pixels) result.AddError("--features must be a classifier for the Inception Score, but is pixels.");
        });
        EvaluateCommand.Run(command, flags, json, output, error, (parsed, measurement, stop) =>
        {
            using Tensor logits = measurement.Features("samples", parsed.GetValue(samples)!, stop);
            int parts = parsed.GetValue(splits)!.Value;
            if (parts > logits.size(0)) throw new UsageException($"--splits must be at most {logits.size(0)}, the number of samples, but is {parts}.");
            InceptionScoreResult score = InceptionScore.Compute(logits, parts);
            measurement.Note("splits", parts);
            measurement.Report("Inception Score", [new Metric("inception_score", score.Mean, score.StandardDeviation, $"1 to {logits.size(1)}, higher is better; ± deviation over {parts} splits")]);
        });
        return command;
    }
}
