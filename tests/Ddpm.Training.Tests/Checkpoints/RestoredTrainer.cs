using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A trainer some steps after its checkpoint, for many tests of checkpoints that it refuses: none of them may change it.</summary>
public sealed class RestoredTrainer : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-restored-");
    private readonly ImageDataset dataset = new(arange(128, dtype: uint8).reshape(2, 1, 8, 8));
    private readonly string checkpoint;

    public RestoredTrainer()
    {
        var options = new TrainingOptions { WarmupSteps = 0, Averages = [AverageProfile.Power(), AverageProfile.Constant(0.5)] };
        Trainer = Trainer.Create(Network, new SimpleObjective(Process), options, new LossSecondMomentTimesteps(20, historyLength: 1));
        checkpoint = Path.Combine(folder.FullName, "x");
        Train(1);
        Trainer.SaveCheckpoint(checkpoint);
        Train(2);
    }

    public static ReverseDiffusion Process { get; } = new(new LinearSchedule(20, 1e-3, 0.2));

    public UNet Network { get; } = new(TinyNetwork.Options, 1);

    public Trainer Trainer { get; }

    /// <summary>Trains on.</summary>
    public void Train(long steps) => Trainer.Run(new ShuffledBatches(dataset, 2, 1), Trainer.StepsDone + steps);

    /// <summary>Copies the checkpoint of step 1 into a folder that a test may change.</summary>
    public void CopyCheckpoint(string to)
    {
        foreach (string file in Directory.GetFiles(checkpoint, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(checkpoint, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose()
    {
        Trainer.Dispose();
        Network.Dispose();
        dataset.Dispose();
        folder.Delete(recursive: true);
    }
}
