using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>Images to be measured: of a data set, or drawn from a model folder. Dispose it to free what it holds.</summary>
internal abstract class ImageSet : IDisposable
{
    /// <summary>How many images.</summary>
    public abstract int Count { get; }

    /// <summary>The shape of one, [C, H, W].</summary>
    public abstract IReadOnlyList<long> Shape { get; }

    /// <summary>The folder that the images come from; null for others.</summary>
    public virtual ImageFolder? Folder => null;

    /// <summary>The settings that decide the images, apart from their path; none for a data set.</summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>What spoils the images, for a warning; null where nothing does.</summary>
    public virtual string? Warning => null;

    /// <summary>Gives this rank's share of the images, uint8 [B, C, H, W]; the caller disposes each.</summary>
    public abstract IEnumerable<Tensor> Batches(ProgressBar bar, CancellationToken stop);

    public abstract void Dispose();

    /// <summary>Opens a path.</summary>
    /// <param name="path">The path of images or of a model folder.</param>
    /// <param name="options">The options of all measures.</param>
    /// <param name="grayscale">Whether the pictures of a folder are read in shades of gray.</param>
    /// <param name="count">How many images; null for all, and as the next argument says.</param>
    /// <param name="otherwise">How many samples a model draws without a count; null where one is needed.</param>
    /// <param name="ranks">The processes that measure together.</param>
    /// <param name="stop">Ends the reading.</param>
    public static ImageSet Open(
        string path, MeasureOptions options, bool grayscale, int? count, int? otherwise, ICommunicator ranks, CancellationToken stop)
    {
        if (IsModel(path)) return new Drawn(path, options, count ?? otherwise, ranks);
        // Samples that are still being drawn are not a set yet.
        if (SampleFolder.IsOne(path)) RunLock.RequireFree(path);
        return new Stored(ImageData.Open(path, options.Images, grayscale, options.Workers, stop), options, count, ranks);
    }

    public static bool IsModel(string path) =>
        File.Exists(Path.Combine(path, "model_index.json"))
        || File.Exists(Path.Combine(path, "unet", "config.json"))
        || (File.Exists(Path.Combine(path, "config.json")) && !SampleFolder.IsOne(path));

    private sealed class Stored(OpenedImages images, MeasureOptions options, int? count, ICommunicator ranks) : ImageSet
    {
        private readonly IDataset chosen = count is { } fewer ? SubsetDataset.EvenlySpread(images.Data, fewer) : images.Data;

        public override int Count => chosen.Count;

        public override IReadOnlyList<long> Shape => images.Data.Shape;

        public override ImageFolder? Folder => images.Folder;

        public override IEnumerable<Tensor> Batches(ProgressBar bar, CancellationToken stop)
        {
            (int first, int end) = ranks.Share(Count);
            long done = 0;
            foreach (Tensor values in DatasetReader.Read(chosen, first, end, options.Sampling.BatchSize, options.Workers, stop))
            {
                using (values)
                {
                    // Back to the very bytes of the file.
                    yield return PixelConversion.ToBytes(values).DetachFromDisposeScope();
                    bar.Set(done += values.size(0), end - first);
                }
            }
        }

        public override void Dispose() => images.Dispose();
    }

    private sealed class Drawn : ImageSet
    {
        private readonly SamplePlan plan;
        private readonly TensorEngine engine;

        public Drawn(string path, MeasureOptions options, int? count, ICommunicator ranks)
        {
            Count = count
                ?? throw new UsageException($"--count must say how many samples {path} is to draw: nothing else does.");
            plan = new SamplePlan(path, options.Sampling);
            plan.Conditions.RequireRoom(Count);
            engine = new TensorEngine(plan, ranks);
        }

        public override int Count { get; }

        public override IReadOnlyList<long> Shape => [.. plan.Shape.Select(size => (long)size)];

        public override IReadOnlyDictionary<string, string> Settings => plan.Settings;

        public override string? Warning => plan.Grain;

        public override IEnumerable<Tensor> Batches(ProgressBar bar, CancellationToken stop) =>
            engine.Images(new DrawRequest(0, Count), bar, stop);

        public override void Dispose() => engine.Dispose();
    }
}
