using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>All that a checkpoint restores, to the bit: what a refused one must leave alone.</summary>
internal sealed record TrainerBits(string Tensors, string Numbers, long Steps, string? Batches)
{
    public static TrainerBits Of(Trainer trainer)
    {
        TrainingState state = trainer.StateToSave();
        IEnumerable<Tensor> tensors =
        [
            .. state.Module.state_dict().Values, .. state.Averages.SelectMany(average => average.Averages),
            .. state.Optimizer.FirstMoments, .. state.Optimizer.SecondMoments,
        ];
        string numbers = string.Join(
            ' ',
            [
                .. state.Optimizer.Steps,
                .. state.Averages.Select(average => average.Updates),
                .. state.Timesteps.Save().Select(BitConverter.DoubleToInt64Bits),
            ]);
        byte[] bytes = [.. tensors.SelectMany(tensor => tensor.bytes.ToArray())];
        return new TrainerBits(Convert.ToHexString(SHA256.HashData(bytes)), numbers, state.StepsDone, state.Batches);
    }
}
