using System.Globalization;
using System.Security.Cryptography;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.MpiWorker;

/// <summary>
/// A training that uses all that could depend on the number of ranks: dropout, classes that are withheld, masks, accumulation, a timestep
/// sampler that learns from losses, metrics. Arguments: folder, steps, and "wrong" (rank 1 has another learning rate), "cancel" (rank 1
/// is cancelled after two steps) or "slow" (a step takes a tenth of a second, and every rank tells its process).
/// </summary>
internal static class Training
{
    public static void Run(ICommunicator ranks, string[] arguments)
    {
        string folder = arguments[0], kind = arguments.Length > 2 ? arguments[2] : "";
        long steps = long.Parse(arguments[1], CultureInfo.InvariantCulture);
        if (kind == "slow") Voice.Say(ranks, $"process {Environment.ProcessId}");
        var process = new ReverseDiffusion(
            new LinearSchedule(10, 1e-3, 0.3), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        // Seeds that differ: the first rank's parameters are to be everybody's.
        using var network = new UNet(
            new UNetOptions
            {
                Height = 8,
                Width = 8,
                InChannels = 1,
                OutChannels = 2,
                BaseChannels = 8,
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 4,
                Dropout = 0.2,
                ClassCount = 3,
            },
            seed: 3 + ranks.Rank);
        using var dataset = new ImageDataset(
            arange(24 * 64, dtype: int64).mul(37).remainder(251).to(uint8).reshape(24, 1, 8, 8), arange(24).remainder(3));
        // With ε as large as gradients a step is linear in them: with the usual one Adam turns the rounding of gradients that are 0
        // (biases of keys) into steps of full length.
        var options = new TrainingOptions
        {
            LearningRate = kind == "wrong" && ranks.Rank == 1 ? 5e-3 : 1e-3,
            WarmupSteps = 0,
            Accumulation = 2,
            AdamEpsilon = 1e-3,
            WeightDecay = 0.01,
            Seed = 9,
        };
        using var trainer = Trainer.Create(
            network, new HybridObjective(process), options, new LossSecondMomentTimesteps(10, historyLength: 1), communicator: ranks);
        var store = new CheckpointStore(Path.Combine(folder, "checkpoints"), every: 2, keepLast: 100);
        if (store.RestoreLatest(trainer)) Voice.Say(ranks, $"resumed at {trainer.StepsDone}");
        using var metrics = new MetricsLog(2, 2, new CsvMetrics(Path.Combine(folder, "metrics.csv")));
        using var ahead = new PrefetchedBatches(new ShuffledBatches(dataset, batchSize: 8, seed: 5, flip: true));
        // Each example has a mask of its own weight.
        var batches = new MaskedBatches(ahead, batch => batch.X0.ge(-0.5).to(float32).add(0.25), "bright");
        using var stop = new CancellationTokenSource();
        bool done = trainer.Run(batches, steps, new Teller(ranks, kind, stop), [store, metrics], stop.Token);
        string trained = Digest(network.parameters());
        using (trainer.Ema.SwapIn())
        {
            Voice.Say(ranks, $"{(done ? "done" : "cancelled")} at {trainer.StepsDone}, {trained} {Digest(network.parameters())}");
        }
    }

    private static string Digest(IEnumerable<Tensor> tensors) =>
        Convert.ToHexString(SHA256.HashData(tensors.SelectMany(tensor => tensor.bytes.ToArray()).ToArray()))[..16];

    private sealed class Teller(ICommunicator ranks, string kind, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            Voice.Say(ranks, string.Create(CultureInfo.InvariantCulture, $"step {value.Step} loss {value.Loss:R}"));
            if (kind == "slow") Thread.Sleep(100);
            if (kind == "cancel" && ranks.Rank == 1 && value.Step == 2) stop.Cancel();
        }
    }
}
