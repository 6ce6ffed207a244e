using Ddpm.Models;
using Ddpm.Training;

namespace Ddpm.Experiments;

/// <summary>
/// A recipe's network after its training. A training that was stopped goes on, one that is done is read. Owns network and trainer.
/// </summary>
internal sealed class TrainedRecipe : IDisposable
{
    /// <summary>How many checkpoints a training makes.</summary>
    public const int Checkpoints = 4;

    private const double LearningRate = 2e-3;

    private TrainedRecipe(UNet network, Trainer trainer) => (Network, Trainer) = (network, trainer);

    public UNet Network { get; }

    public Trainer Trainer { get; }

    public static TrainedRecipe Load(Experiment experiment, FashionMnist data, Recipe recipe)
    {
        int batchSize = experiment.Budget.BatchSize, steps = experiment.Budget.TrainingSteps * recipe.Length;
        var network = new UNet(NetworkOptions(data.Size, recipe.Process.Options.Variance.OutputsPerElement), recipe.Seed);
        var trained = new TrainedRecipe(network, Trainer.Create(network, recipe.Objective, new TrainingOptions
        {
            LearningRate = LearningRate,
            WarmupSteps = steps / 20,
            Decay = LearningRateDecay.Cosine(steps),
            Averages = recipe.Averages,
            Seed = recipe.Seed,
        }, recipe.Timesteps));
        try
        {
            var checkpoints = new CheckpointStore(
                CheckpointFolder(experiment, recipe), Math.Max(1, steps / Checkpoints), keepLast: recipe.Checkpoints);
            checkpoints.RestoreLatest(trained.Trainer);
            if (trained.Trainer.StepsDone < steps)
            {
                using var metrics = new MetricsLog(Math.Max(1, steps / 100), new CsvMetrics(MetricsFile(experiment, recipe)));
                using var batches = new PrefetchedBatches(new ShuffledBatches(data.Train, batchSize, recipe.Seed));
                trained.Trainer.Run(batches, steps, new Lines(experiment, recipe.Name), [metrics, checkpoints], experiment.Stop);
                experiment.Stop.ThrowIfCancellationRequested();
            }

            network.eval();
            return trained;
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The one network of all recipes: 16 channels at full size, 32 at half of it, a residual block each way; attention in the middle.
    /// </summary>
    public static UNetOptions NetworkOptions(int size, int outputs) => new()
    {
        Height = size,
        Width = size,
        InChannels = 1,
        OutChannels = outputs,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 8,
        Dropout = 0,
    };

    /// <summary>The file with a hundred rows of a recipe's training: its loss, and that of each tenth of the timesteps.</summary>
    public static string MetricsFile(Experiment experiment, Recipe recipe) => experiment.Out("networks", Folder(recipe), "metrics.csv");

    /// <summary>The checkpoint after a number of quarters of a recipe's training, which it must have kept.</summary>
    public static string CheckpointAt(Experiment experiment, Recipe recipe, int quarters) => Path.Combine(
        CheckpointFolder(experiment, recipe),
        FormattableString.Invariant($"step-{experiment.Budget.TrainingSteps * recipe.Length / Checkpoints * quarters:D9}"));

    public void Dispose()
    {
        Trainer.Dispose();
        Network.Dispose();
    }

    private static string CheckpointFolder(Experiment experiment, Recipe recipe) =>
        experiment.Out("networks", Folder(recipe), "checkpoints");

    private static string Folder(Recipe recipe) => FormattableString.Invariant($"{Slug(recipe.Name)}-{recipe.Seed}");

    /// <summary>A name in letters that every file system takes.</summary>
    public static string Slug(string name) =>
        string.Concat(
            name.ToLowerInvariant().Replace("ε", "eps").Replace("μ̃", "mu").Replace("σ", "sigma")
                .Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');

    private sealed class Lines(Experiment experiment, string name) : IProgress<TrainingProgress>
    {
        private double loss = double.NaN;

        public void Report(TrainingProgress value)
        {
            loss = double.IsNaN(loss) ? value.Loss : (0.99 * loss) + (0.01 * value.Loss);
            if (value.Step % 500 == 0 || value.Step == value.TotalSteps)
            {
                experiment.Tell(
                    $"{name}: step {value.Step:N0}/{value.TotalSteps:N0}, loss {loss:F4}, {value.ExamplesPerSecond:F0} images/s");
            }
        }
    }
}
