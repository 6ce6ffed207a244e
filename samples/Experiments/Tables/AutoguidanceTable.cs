using System.Globalization;
using Ddpm.Core;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// Guidance without classes: away from the same network after part of its training, or away from an average that is too long
/// (arXiv:2406.02507), at all timesteps and in an interval of them (arXiv:2404.07724).
/// </summary>
internal static class AutoguidanceTable
{
    public const string Name = "autoguidance";

    private static readonly double[] Scales = [1.5, 2, 3];

    // σ of the interval: near noise it costs variety, near the end it changes nothing.
    private const double IntervalScale = 2, Least = 0.3, Most = 5;

    private static readonly SamplerEntry[] Samplers = [KnownSamplers.Ddpm, KnownSamplers.Ddim];

    public static Recipe Recipe(Budget budget, long seed) => Experiments.Recipe.Paper(budget, seed) with
    {
        Name = "ε, L_simple, snapshots",
        Averages = [AverageProfile.Power(0.1), AverageProfile.Constant(0.999)],
        Checkpoints = TrainedRecipe.Checkpoints,
    };

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        for (int repeat = 0; repeat < experiment.Budget.Trainings; repeat++)
        {
            Training(experiment, data, measures, results, Recipe(experiment.Budget, experiment.Seed + repeat));
        }

        IEnumerable<KeyValuePair<string, ResultRow>> rows = results.Rows
            .GroupBy(row => row.Key[..row.Key.LastIndexOf(", seed ", StringComparison.Ordinal)])
            .Select(group => KeyValuePair.Create(group.Key, group.Count() == 1
                ? group.Single().Value
                : ResultRow.Mean([.. group.Select(row => row.Value)])));
        experiment.Publish(
            Name,
            MarkdownTable.Of(
                rows,
                (SampleMeasures.Fid, "F2"),
                (SampleMeasures.FidTest, "F2"),
                (SampleMeasures.Precision, "F2"),
                (SampleMeasures.Recall, "F2")));
    }

    private static void Training(
        Experiment experiment, FashionMnist data, SampleMeasures measures, ResultStore results, Recipe recipe)
    {
        using TrainedRecipe trained = TrainedRecipe.Load(experiment, data, recipe);
        using var average = new UNet(trained.Network.Options);
        using (trained.Trainer.Averages[1].SwapIn()) average.load_state_dict(trained.Network.state_dict());
        average.eval();
        using IDisposable better = trained.Trainer.Ema.SwapIn();
        using TrainedModel quarter = Checkpoint.LoadModel(TrainedRecipe.CheckpointAt(experiment, recipe, quarters: 1));
        quarter.Network.eval();
        (string Name, UNet Network)[] weak = [("a quarter of the steps", quarter.Network), ("average of 0.999", average)];
        foreach (SamplerEntry sampler in Samplers)
        {
            int steps = Math.Min(sampler == KnownSamplers.Ddpm ? 100 : 50, experiment.Budget.Timesteps);
            Row(sampler, steps, "alone", trained.Network);
            GuidanceInterval interval = GuidanceInterval.OfSigmas(recipe.Process.Coefficients, Least, Most);
            Row(
                sampler,
                steps,
                string.Create(CultureInfo.InvariantCulture, $"{weak[0].Name}, w = {IntervalScale}, σ {Least} … {Most}"),
                new AutoguidedModel(trained.Network, weak[0].Network, IntervalScale, interval: interval));
            foreach ((string name, UNet network) in weak)
            {
                foreach (double scale in Scales)
                {
                    Row(sampler, steps, string.Create(CultureInfo.InvariantCulture, $"{name}, w = {scale}"),
                        new AutoguidedModel(trained.Network, network, scale));
                }
            }
        }

        void Row(SamplerEntry sampler, int steps, string name, IEpsilonModel network) =>
            results.Row(FormattableString.Invariant($"{sampler.Title}, {steps} steps, {name}, seed {recipe.Seed}"), () =>
            {
                using Tensor samples = RecipeRow.Draw(
                    experiment,
                    sampler.Create(network, sampler.Respace(recipe.Process, steps)),
                    data.Train.Shape,
                    experiment.Budget.Samples,
                    experiment.Seed);
                var row = new ResultRow(measures.Of(samples));
                double distance = row.Measures[SampleMeasures.Fid].Value, recall = row.Measures[SampleMeasures.Recall].Value;
                experiment.Tell($"{sampler}, {name}: FID {distance:F2}, recall {recall:F2}");
                return row;
            });
    }
}
