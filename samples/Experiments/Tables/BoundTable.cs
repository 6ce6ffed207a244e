using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Models;

namespace Ddpm.Experiments;

/// <summary>The published model's bits/dim, split as in the paper's sec. 4.1, and its progressive code: Table 4 and Fig. 5.</summary>
internal static class BoundTable
{
    public const string Name = "bound", Curve = "rate-distortion", Rate = "rate, bits/dim", Error = "RMSE of 255";

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        ReverseDiffusion process = PublishedModel.Process(model, experiment.Budget.BoundSteps);
        ResultStore results = experiment.Results(Name), curve = experiment.Results(Curve);
        foreach ((string part, ImageDataset images) in new[] { ("test", data.Test), ("train", data.Train) })
        {
            results.Row(part, () =>
            {
                experiment.Tell($"bound of {experiment.Budget.BoundImages} pictures of the {part} set");
                var options = new DatasetBoundOptions
                {
                    Examples = experiment.Budget.BoundImages,
                    BatchSize = 64,
                    Seed = experiment.Seed,
                    ProgressFile = experiment.Out($"bound-{part}.progress.json"),
                    NetworkIdentity = experiment.ModelFolder,
                };
                BoundReport report = DatasetBound.Evaluate(
                    new VariationalBound(model.Network, process),
                    images,
                    options,
                    cancellationToken: experiment.Stop);
                if (part == "test")
                {
                    foreach (RateDistortionPoint point in Tenths(report.RateDistortion))
                    {
                        curve.Row(
                            point.ReverseTime.ToString(CultureInfo.InvariantCulture),
                            () => new ResultRow(
                                RecipeRow.Bound(report).Clear()
                                    .Add(Rate, new Measured(point.Rate.Mean, point.Rate.StandardError))
                                    .Add(Error, new Measured(point.Rmse.Mean, point.Rmse.StandardError))));
                    }
                }

                return new ResultRow(RecipeRow.Bound(report));
            });
        }

        experiment.Publish(
            Name,
            MarkdownTable.Of(
                results.Rows,
                (RecipeRow.Bits, "F4"),
                (RecipeRow.Prior, "F6"),
                (RecipeRow.Rate, "F4"),
                (RecipeRow.Distortion, "F4")));
        experiment.Publish(Curve, MarkdownTable.Of(curve.Rows, (Rate, "F5"), (Error, "F3")));
    }

    // The last point first, as in the paper's table.
    private static IEnumerable<RateDistortionPoint> Tenths(IReadOnlyList<RateDistortionPoint> points) =>
        Enumerable.Range(0, Math.Min(10, points.Count)).Select(k => points[points.Count - 1 - (k * points.Count / 10)]);
}
