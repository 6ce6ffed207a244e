using System.Diagnostics;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Toys;

/// <summary>The whole way for points of the plane: a data set, an MLP, training, both processes step by step, plots, numbers.</summary>
internal static class ToyRun
{
    /// <summary>What the data sets, which lie in about [-1, 1], are multiplied by.</summary>
    public const double Scale = 2;

    private const int Known = 8192, Drawn = 2000, Timesteps = 100, BatchSize = 512, DdimSteps = 20;

    /// <summary>Trains on each set, draws its plots and measures its samples.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="console">Receives the numbers.</param>
    /// <param name="stop">Ends the run.</param>
    /// <returns>The numbers of each set.</returns>
    public static IReadOnlyList<ToyScore> Execute(ToyOptions options, TextWriter console, CancellationToken stop)
    {
        options.Output.Create();
        console.WriteLine(ToyScore.Header);
        // The networks are small: a set a core is faster than a set on all cores.
        var scores = new ToyScore[options.Sets.Count];
        var cores = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop };
        Parallel.ForEachAsync(Enumerable.Range(0, scores.Length), cores, (index, ended) =>
        {
            set_num_threads(1);
            scores[index] = Learn(options.Sets[index], options, ended);
            lock (console) console.WriteLine(scores[index]);
            return ValueTask.CompletedTask;
        }).GetAwaiter().GetResult();
        console.WriteLine($"Wrote the plots to {options.Output.FullName}");
        return scores;
    }

    private static ToyScore Learn(PlanarData set, ToyOptions options, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var watch = Stopwatch.StartNew();
        // About unit variance, which the process expects.
        Tensor Points(int count, int draw) => set.Draw(count, options.Seed + draw) * Scale;
        Tensor data = Points(Known, 0), heldOut = Points(Drawn, 1), other = Points(Drawn, 2);
        using var examples = new InMemoryDataset(data);

        // Points have no largest value, so that no x̂_0 is clipped; v-prediction keeps it bounded where x_t is all noise. The cosine
        // schedule has more steps than the linear one with the little noise that decides about fine structure.
        var process = new ReverseDiffusion(
            new CosineSchedule(Timesteps),
            new ReverseDiffusionOptions
            {
                Clipping = X0Clipping.None,
                Prediction = Prediction.V,
                Variance = ReverseVariance.FixedSmall,
            });
        using var model = new FourierModel(options.Seed);
        // With so large a γ, v's squared error weighs as much as that of ε, whose part of pure noise is small.
        using var trainer = Trainer.Create(
            model.Network,
            model,
            new SimpleObjective(process, LossWeighting.MinSnr(gamma: 1e6)),
            new TrainingOptions
            {
                LearningRate = 1e-2,
                WarmupSteps = Math.Min(100, options.Steps / 2),
                Decay = LearningRateDecay.Cosine(options.Steps),
                Seed = options.Seed,
            },
            new StratifiedTimesteps(Timesteps));
        trainer.Run(new ShuffledBatches(examples, BatchSize, options.Seed), options.Steps, cancellationToken: stop);
        stop.ThrowIfCancellationRequested();

        using IDisposable averaged = trainer.Ema.SwapIn();
        model.Network.eval();
        var request = new SamplingRequest
        {
            Count = Drawn,
            SampleShape = [2],
            BatchSize = Drawn,
            Noise = new PerSampleNoise(options.Seed),
        };
        ReverseWay way = ReverseWay.Of(new DdpmSampler(model, process), request, stop);
        ReverseWay straight = ReverseWay.Of(new DdimSampler(model, process.Respace(DdimSteps)), request, stop);
        new ToyPictures(set, options.Output).Save(new ForwardDiffusion(process.Coefficients), process, model, data, way, straight);

        Tensor centred = data - data.mean([0]), factor = linalg.cholesky(centred.transpose(0, 1).matmul(centred) / (Known - 1));
        using var generator = new Generator((ulong)options.Seed);
        Tensor normal = randn([Drawn, 2], generator: generator).matmul(factor.transpose(0, 1)) + data.mean([0]);
        PrecisionRecallResult Measure(Tensor points) => PrecisionRecall.Compute(heldOut, points, cancellationToken: stop);
        return new ToyScore(
            set,
            Measure(way.Samples),
            Measure(straight.Samples),
            Measure(other),
            Measure(normal),
            watch.Elapsed.TotalSeconds);
    }
}
