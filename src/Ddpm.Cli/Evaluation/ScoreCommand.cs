using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate is</c>: the Inception Score.</summary>
internal static class ScoreCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "is",
        "Inception Score: how sure a classifier is of each sample, and how many classes there are. "
            + "--features is the classifier, which gives logits.",
        "ddpm evaluate is samples --features classifier.pt",
        read => new ScoreOptions(read),
        (options, screen, ranks, stop) =>
        {
            if (options.Measures.Features.IsPixels)
            {
                throw new UsageException("--features must be a classifier for the Inception Score, but is pixels.");
            }

            using var measurement = new Measurement(options.Measures, screen, ranks);
            using Tensor logits = measurement.Features("samples", options.Samples, stop);
            int splits = options.Splits;
            if (splits > logits.size(0))
            {
                throw new UsageException($"--splits must be at most {logits.size(0)}, the number of samples, but is {splits}.");
            }

            InceptionScoreResult score = InceptionScore.Compute(logits, splits);
            measurement.Note("splits", splits);
            string note = $"1 to {logits.size(1)}, higher is better; ± deviation over {splits} splits";
            measurement.Report("Inception Score", [new Metric("inception_score", score.Mean, score.StandardDeviation, note)]);
            return true;
        });
}
