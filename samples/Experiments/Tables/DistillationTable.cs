using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// The published model in few calls: by its own samplers, and distilled (SFD, arXiv:2409.19681) with what that costs. As many samples of
/// each class, from the same starts.
/// </summary>
internal static class DistillationTable
{
    public const string Name = "distill";

    // A backward pass counts as two forward ones.
    private const double WithGradients = 3;
    private const string Calls = "calls", Share = "% of the training", WithoutClass = "FID without class";

    // The published model's training: steps of so many examples.
    private const double TrainedExamples = 8000 * 64;

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using var measures = new SampleMeasures(experiment, data);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        ResultStore results = experiment.Results(Name);
        foreach ((SamplerEntry sampler, int steps) in Samplers)
        {
            results.Row($"{sampler.Title}, {steps}", () => Row(
                experiment, measures, $"{sampler.Title}, {steps} calls", sampler.Create(model.Network, sampler.Respace(model.Process, steps)),
                steps, null));
        }

        for (int repeat = 0; repeat < experiment.Budget.Trainings; repeat++)
        {
            long seed = experiment.Seed + repeat;
            results.Row(Title(experiment, seed), () => Distilled(experiment, measures, model, seed));
        }

        experiment.Publish(
            Name,
            MarkdownTable.Of(
                results.Rows,
                (Calls, "F0"),
                (SampleMeasures.Fid, "F2"),
                (WithoutClass, "F2"),
                (SampleMeasures.Kid, "F3"),
                (SampleMeasures.Precision, "F2"),
                (SampleMeasures.Recall, "F2"),
                (Share, "F1")));
    }

    private static (SamplerEntry Sampler, int Steps)[] Samplers =>
    [
        (KnownSamplers.Ddim, 4), (KnownSamplers.DpmSolver, 4), (KnownSamplers.DpmSolver, 5), (KnownSamplers.DpmSolver, 16),
        (KnownSamplers.Ddim, 50),
    ];

    private static string Title(Experiment experiment, long seed) => FormattableString.Invariant(
        $"distilled, {experiment.Budget.DistillationUpdates} updates of {experiment.Budget.DistillationBatch}, seed {seed}");

    private static ResultRow Distilled(Experiment experiment, SampleMeasures measures, TrainedModel model, long seed)
    {
        Budget budget = experiment.Budget;
        DistillationOptions options = DistillationOptions.Default;
        var distillation = new Distillation(model.Network, model.Process, options);
        using TrainedModel student = PublishedModel.Load(experiment);
        using Trainer trainer = distillation.CreateTrainer(student.Network, new TrainingOptions
        {
            LearningRate = budget.DistillationRate,
            WarmupSteps = Math.Min(20, budget.DistillationUpdates),
            Decay = LearningRateDecay.Cosine(budget.DistillationUpdates),
            Seed = seed,
        });
        string folder = FormattableString.Invariant($"distilled-{seed}");
        var checkpoints = new CheckpointStore(experiment.Out(folder, "checkpoints"), Math.Max(1, budget.DistillationUpdates / 4), 1);
        checkpoints.RestoreLatest(trainer);
        IBatchSource batches = distillation.Trajectories(student.SampleShape, budget.DistillationBatch, seed);
        trainer.Run(batches, budget.DistillationUpdates, hooks: [checkpoints], cancellationToken: experiment.Stop);
        experiment.Stop.ThrowIfCancellationRequested();
        using IDisposable averaged = trainer.Ema.SwapIn();
        student.Network.eval();
        ModelFolder.Save(experiment.Out(folder, "model"), student.Network, distillation.Process);
        double examples = budget.DistillationUpdates * budget.DistillationBatch;
        double cost = examples * options.Steps * (WithGradients + options.Substeps) / (WithGradients * TrainedExamples);
        return Row(
            experiment, measures, Title(experiment, seed), new DdimSampler(student.Network, distillation.Process), options.Steps, 100 * cost);
    }

    private static ResultRow Row(
        Experiment experiment, SampleMeasures measures, string title, DiffusionSampler sampler, int calls, double? share)
    {
        int count = experiment.Budget.Samples;
        long[] labels = [.. Enumerable.Range(0, count).Select(k => (long)(k % Classifier.Classes))];
        using Tensor samples = Draw(experiment, sampler, labels);
        using Tensor without = Draw(experiment, sampler, [.. labels.Select(_ => -1L)]);
        using (Tensor shown = samples.narrow(0, 0, Math.Min(experiment.Budget.Pictures, count)))
        {
            string file = string.Concat(title.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
            experiment.SaveGrid(shown, Experiment.Grid with { Title = title, Columns = Classifier.Classes }, $"distill-{file}.png");
        }

        ResultRow row = new(measures.Of(samples)
            .Add(WithoutClass, measures.Of(without)[SampleMeasures.Fid]).Add(Calls, new Measured(calls)));
        experiment.Tell($"{title}: FID {row.Measures[SampleMeasures.Fid].Value:F2}");
        return share is { } known ? new ResultRow(row.Measures.Add(Share, new Measured(known))) : row;
    }

    private static Tensor Draw(Experiment experiment, DiffusionSampler sampler, long[] labels)
    {
        using Tensor drawn = sampler.Sample(
            new SamplingRequest
            {
                SampleShape = [1, 28, 28],
                BatchSize = 128,
                Labels = labels,
                Noise = new PerSampleNoise(experiment.Seed),
            }, cancellationToken: experiment.Stop);
        return PixelConversion.ToBytes(drawn);
    }
}
