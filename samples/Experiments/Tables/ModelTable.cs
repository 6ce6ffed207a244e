using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Models;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>The published model's samples, measured, and beside the training pictures nearest to them.</summary>
internal static class ModelTable
{
    public const string Name = "model";

    private const string Nearest = "RMS to nearest";
    private const int Columns = 16, Pairs = 24;

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using var measures = new SampleMeasures(experiment, data);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        using Tensor train = data.Train.Images();
        ResultStore results = experiment.Results(Name);
        foreach ((string name, DiffusionSampler sampler) in Samplers(experiment.Budget, model))
        {
            results.Row(name, () =>
            {
                using Tensor samples = RecipeRow.Draw(experiment, sampler, data.Train.Shape, experiment.Budget.Samples, experiment.Seed);
                string file = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
                using (Tensor shown = samples.narrow(0, 0, experiment.Budget.Pictures))
                {
                    experiment.SaveGrid(
                        shown,
                        Experiment.Grid with { Title = name, Columns = Math.Min(Columns, experiment.Budget.Pictures) },
                        $"samples-{file}.png");
                }

                IReadOnlyList<(long Index, double Distance)> nearest = Neighbours(samples, train);
                SavePairs(experiment, $"neighbours-{file}.png", samples, train, nearest, Math.Min(Pairs, experiment.Budget.Pictures));
                ImmutableSortedDictionary<string, Measured> row = measures.Of(samples).Add(Nearest, Median(nearest));
                experiment.Tell($"{name}: FID {row[SampleMeasures.Fid].Value:F2}");
                return new ResultRow(row);
            });
        }

        results.Row(RecipeTable.TestPictures, () =>
        {
            using Tensor first = data.FirstOfTest(experiment.Budget.Samples);
            return new ResultRow(measures.OfTest(first).Add(Nearest, Median(Neighbours(first, train))));
        });
        experiment.Publish(
            Name,
            MarkdownTable.Of(
                results.Rows,
                (SampleMeasures.Fid, "F2"),
                (SampleMeasures.FidTest, "F2"),
                (SampleMeasures.Kid, "F3"),
                (SampleMeasures.Score, "F2"),
                (SampleMeasures.Precision, "F2"),
                (SampleMeasures.Recall, "F2"),
                (Nearest, "F1")));
    }

    private static IEnumerable<(string Name, DiffusionSampler Sampler)> Samplers(Budget budget, TrainedModel model)
    {
        (SamplerEntry Sampler, int Steps)[] chosen =
        [
            (KnownSamplers.Ddpm, budget.ModelSteps),
            (KnownSamplers.Ddim, KnownSamplers.Ddim.DefaultSteps(budget.ModelSteps)),
            (KnownSamplers.DpmSolver, KnownSamplers.DpmSolver.DefaultSteps(budget.ModelSteps)),
        ];
        foreach ((SamplerEntry sampler, int steps) in chosen)
        {
            ReverseDiffusion process = sampler.Respace(model.Process, Math.Min(steps, model.Process.Coefficients.Timesteps));
            yield return ($"{sampler.Title}, {steps} steps", sampler.Create(model.Network, process));
        }
    }

    // In pixels: the eye's idea of a copy.
    private static IReadOnlyList<(long Index, double Distance)> Neighbours(Tensor pictures, Tensor train)
    {
        using var scope = NewDisposeScope();
        return NearestNeighbours.Find(pictures.to(float32).flatten(1), train.to(float32).flatten(1));
    }

    // The root mean square difference of pixels, of 255, to the nearest training picture: the median, for copies are few.
    private static Measured Median(IReadOnlyList<(long Index, double Distance)> nearest) =>
        new(nearest.Select(one => one.Distance).Order().ElementAt(nearest.Count / 2) / Math.Sqrt(28 * 28));

    // A sample, its nearest training picture, the next sample.
    private static void SavePairs(
        Experiment experiment,
        string file,
        Tensor samples,
        Tensor train,
        IReadOnlyList<(long Index, double Distance)> nearest,
        int count)
    {
        using var scope = NewDisposeScope();
        Tensor[] pairs = [.. Enumerable.Range(0, count).SelectMany(i => new[] { samples[i], train[nearest[i].Index] })];
        experiment.SaveGrid(stack(pairs), PairTitles(count), file);
    }

    private static LabelledGridOptions PairTitles(int count) => Experiment.Grid with
    {
        Title = "Samples, each with its nearest training picture",
        ColumnTitles = [.. Enumerable.Range(0, Math.Min(2 * count, Columns)).Select(k => k % 2 == 0 ? "sample" : "nearest")],
    };
}
