using Ddpm.Data;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// Trains a <see cref="Vae"/> on its bound, rate + distortion, with the batches and the learning rate's decay of the trainer.
/// </summary>
internal static class VaeTraining
{
    private const double LearningRate = 2e-3;

    /// <summary>Descends the gradient of rate + distortion with Adam.</summary>
    /// <param name="vae">The network.</param>
    /// <param name="data">The training pictures.</param>
    /// <param name="steps">Training steps.</param>
    /// <param name="batchSize">Pictures in a step.</param>
    /// <param name="seed">The seed of batches and noise.</param>
    /// <param name="stop">Ends the training with an error.</param>
    public static void Run(Vae vae, IDataset data, int steps, int batchSize, long seed, CancellationToken stop)
    {
        manual_seed(seed);
        using var optimizer = optim.Adam(vae.parameters(), LearningRate);
        LearningRateDecay decay = LearningRateDecay.Cosine(steps);
        var batches = new ShuffledBatches(data, batchSize, seed);
        vae.train();
        for (int step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using TrainingBatch batch = batches.Batch(step);
            foreach (var group in optimizer.ParamGroups) group.LearningRate = LearningRate * decay.Factor(step);
            optimizer.zero_grad();
            (Tensor rate, Tensor distortion) = vae.forward(batch.X0);
            (rate + distortion).mean().backward();
            nn.utils.clip_grad_norm_(vae.parameters(), 1);
            optimizer.step();
        }

        vae.eval();
    }
}
