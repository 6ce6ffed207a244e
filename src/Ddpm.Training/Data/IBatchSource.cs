using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Where a trainer's examples come from. A batch is a function of its number alone, so that a run can be repeated and resumed.</summary>
public interface IBatchSource
{
    /// <summary>The number of examples in each batch. Range: ≥ 1.</summary>
    int BatchSize { get; }

    /// <summary>What the batches are made of, as text: a run that is resumed must go on with the same.</summary>
    string Identity => $"{GetType().Name} of {BatchSize}";

    /// <summary>One batch.</summary>
    /// <param name="number">Its number, the step of the training run. Range: ≥ 0.</param>
    /// <returns>The examples x_0, float32 [B, …] in [-1, 1]; a fresh tensor on the CPU.</returns>
    Tensor Batch(long number);
}
