using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Draws a picture of samples at fixed intervals of steps and at the last step, with a moving average of the parameters and the same noise
/// each time, so that the same images take shape: grid-000001000.png and so on. With several ranks, each draws a part, and the first
/// writes. A run locks the folder, see <see cref="RunLock"/>.
/// </summary>
public sealed class SampleGrids : ITrainingHook, IPeriodicHook, IExclusiveHook
{
    private readonly DiffusionSampler sampler;
    private readonly SamplingRequest request;
    private readonly ImageGridOptions? options;
    private readonly CancellationToken cancellationToken;

    /// <summary>Creates a hook that draws pictures into a folder.</summary>
    /// <param name="folder">The folder; created with the first picture.</param>
    /// <param name="sampler">A sampler of the network in training; one with few steps, such as DDIM at 50, costs little.</param>
    /// <param name="request">
    /// The samples to draw: images [C, H, W] with C = 1 or 3, from noise that is the same each time, such as <see cref="PerSampleNoise"/>.
    /// </param>
    /// <param name="every">How many steps lie between two pictures. Range: ≥ 1.</param>
    /// <param name="average">The index of the average in <see cref="TrainingOptions.Averages"/>. Range: ≥ 0.</param>
    /// <param name="options">The layout of the picture.</param>
    /// <param name="cancellationToken">
    /// The token that ends the run: a picture is then not begun, or left, so that the run ends soon. The resumed run draws it first.
    /// </param>
    /// <exception cref="ArgumentException">The samples are not images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SampleGrids(
        string folder, DiffusionSampler sampler, SamplingRequest request, int every = 1000, int average = 0,
        ImageGridOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(average);
        if (request.SampleShape is not [1 or 3, _, _])
        {
            throw new ArgumentException(
                $"request must ask for images [1, H, W] or [3, H, W], but asks for [{string.Join(", ", request.SampleShape)}].",
                nameof(request));
        }

        Folder = folder;
        Every = every;
        Average = average;
        this.sampler = sampler;
        this.request = request;
        this.options = options;
        this.cancellationToken = cancellationToken;
    }

    /// <summary>Gets what writes a picture of the samples, uint8 [N, C, H, W], to a path; null: an <see cref="ImageGrid"/>.</summary>
    /// <value>Default: null.</value>
    public Action<string, Tensor>? Writer { get; init; }

    /// <summary>Gets the folder.</summary>
    public string Folder { get; }

    /// <summary>Gets how many steps lie between two pictures.</summary>
    public int Every { get; }

    /// <summary>Gets the index of the moving average that draws.</summary>
    public int Average { get; }

    /// <inheritdoc/>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (Average >= trainer.Averages.Count)
        {
            throw new InvalidOperationException(
                $"The trainer has the averages 0 … {trainer.Averages.Count - 1}, but the pictures are of {Average}.");
        }

        trainer.Communicator.OnFirstRank(() => DurableFolder.RemoveLeftovers(Folder, "grid-*"));
        // The picture that the run before left.
        if (trainer.StepsDone > 0 && trainer.StepsDone % Every == 0 && IsMissing(trainer)) Draw(trainer);
    }

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
        if (progress.IsEvery(Every) || progress.Step == progress.TotalSteps) Draw(trainer);
    }

    /// <inheritdoc/>
    IDisposable IExclusiveHook.Take(ICommunicator ranks) => RunLock.OfFolder(Folder, ranks, "grids");

    private bool IsMissing(Trainer trainer) =>
        trainer.Communicator.AllGather(File.Exists(PathOf(trainer.StepsDone)) ? "" : "missing")[0].Length > 0;

    private void Draw(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (trainer.Communicator.Any(cancellationToken.IsCancellationRequested)) return;
        using IDisposable averaged = trainer.Averages[Average].SwapIn();
        trainer.Network.eval();
        try
        {
            // Ranks draw to the end: one that left would let the others wait.
            CancellationToken stop = trainer.Communicator.WorldSize == 1 ? cancellationToken : default;
            using Tensor own = sampler.Sample(request.ShardFor(trainer.Communicator), cancellationToken: stop);
            using Tensor samples = trainer.Communicator.WorldSize == 1 ? own.alias() : trainer.Communicator.ConcatenateRows(own);
            trainer.Communicator.OnFirstRank(() => Save(samples, trainer.StepsDone));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run ends; the next one draws the picture.
        }
    }

    private void Save(Tensor samples, long step)
    {
        using Tensor bytes = PixelConversion.ToBytes(samples);
        DurableFolder.Create(Folder);
        if (Writer is not null)
        {
            Writer(PathOf(step), bytes);
            return;
        }

        using Tensor picture = ImageGrid.Compose(bytes, options);
        ImageFile.SavePng(PathOf(step), picture);
    }

    private string PathOf(long step) => Path.Combine(Folder, $"grid-{step.ToString("D9", CultureInfo.InvariantCulture)}.png");
}
