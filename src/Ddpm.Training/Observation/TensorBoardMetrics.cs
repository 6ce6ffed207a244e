using TorchSharp;

namespace Ddpm.Training;

/// <summary>
/// Metrics as event files of TensorBoard, written by TorchSharp: <c>tensorboard --logdir folder</c> shows them. Every run has a file of
/// its own; where a killed run is gone on with, the steps since its last checkpoint are there twice, with the same numbers.
/// </summary>
public sealed class TensorBoardMetrics : IMetricWriter
{
    private readonly string folder;
    private TorchSharp.Modules.SummaryWriter? writer;

    /// <summary>A folder to which the next run adds a file.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    public TensorBoardMetrics(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        this.folder = folder;
    }

    /// <inheritdoc/>
    public void Begin(long trainingStep) => writer = torch.utils.tensorboard.SummaryWriter(folder);

    /// <inheritdoc/>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (writer is null) throw new InvalidOperationException("Begin must be called first.");
        foreach ((string name, double value) in metrics)
        {
            if (!double.IsNaN(value)) writer.add_scalar(name, (float)value, checked((int)trainingStep));
        }
    }

    /// <summary>Nothing is open between two numbers.</summary>
    public void Dispose() => writer = null;
}
