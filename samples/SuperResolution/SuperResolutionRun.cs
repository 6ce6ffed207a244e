using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Samples;

/// <summary>The whole way: small pictures as a condition, training, samples of each, measures against bicubic interpolation.</summary>
internal static class SuperResolutionRun
{
    private const int Factor = 4, SamplingSteps = 20, PerPicture = 3, ClassifierSteps = 600;

    /// <summary>Trains, draws and measures.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="console">Receives progress and the table.</param>
    /// <param name="stop">Ends the run with a checkpoint.</param>
    /// <returns>The measures by the names of the table's rows.</returns>
    public static IReadOnlyDictionary<string, PictureMeasures> Execute(
        SuperResolutionOptions options, TextWriter console, CancellationToken stop)
    {
        TorchRuntime.EnsureLoaded();
        options.Output.Create();
        void Tell(FormattableString text) => console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        string Out(string name) => Path.Combine(options.Output.FullName, name);

        using PictureSet set = PictureSet.Load(options);
        int channels = (int)set.Train.Shape[0], side = (int)set.Train.Shape[1];
        ImageToImage task = ImageToImage.SuperResolution(Factor, channels);
        var process = new ReverseDiffusion(new CosineSchedule(1000), new ReverseDiffusionOptions { Prediction = Prediction.V });
        using var network = new UNet(
            UNetOptions.For(side, side, channels, options.Channels) with
            {
                ChannelMultipliers = [1, 2, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 8,
                Dropout = 0,
                Conditions = task.Conditions,
            },
            options.Seed);
        long parameters = network.parameters().Sum(parameter => parameter.numel());
        Tell($"{set.Train.Count:N0} pictures, {side / Factor}×{side / Factor} → {side}×{side}; {parameters:N0} parameters");
        Train(options, set, task, network, process, Out("checkpoints"), Tell, stop);
        ModelFolder.Save(Out("model"), network, process);

        // Small pictures as a file would hold them: bytes.
        using var scope = NewDisposeScope();
        Tensor bytes = PixelConversion.ToBytes(task.Degrade(PixelConversion.FromBytes(set.Test)));
        Tensor small = PixelConversion.FromBytes(bytes);
        var sampler = new DpmSolverSampler(network, process.Respace(SamplingSteps, SamplingMethod.DpmSolver.DefaultSpacing));
        Tensor Draw(Tensor pictures, int each, bool consistent) => PixelConversion.ToBytes(task.Sample(
            sampler,
            new ImageToImageRequest
            {
                Pictures = pictures,
                Noise = new PerSampleNoise(options.Seed),
                SamplesPerPicture = each,
                Consistent = consistent,
            },
            cancellationToken: stop));

        Tensor picks = tensor([.. set.Picks]);
        Show(task, set.Test.index_select(0, picks), small.index_select(0, picks), Draw, Out("super-resolution.png"));
        using PictureFeatures features = PictureFeatures.Of(
            set, Math.Min(ClassifierSteps, 2 * options.Steps), Out("classifier.safetensors"), options.Seed, Tell, stop);
        Tell($"{set.Test.size(0):N0} test pictures, {SamplingSteps} steps; errors of the colour and of the small picture in 1/255");
        console.WriteLine(PictureMeasures.Header(features.Name));
        var measures = new Dictionary<string, PictureMeasures>();
        Measure("true pictures", set.Test);
        Measure("bicubic", PixelConversion.ToBytes(task.Enlarge(small)));
        Measure("samples", Draw(small, 1, consistent: false));
        Measure("samples, consistent", Draw(small, 1, consistent: true));
        Tell($"Wrote super-resolution.png and model/ to {options.Output.FullName}");
        return measures;

        void Measure(string name, Tensor pictures)
        {
            measures[name] = PictureMeasures.Of(features, pictures, set.Test, Factor);
            console.WriteLine(measures[name].Row(name));
        }
    }

    private static void Train(
        SuperResolutionOptions options,
        PictureSet set,
        ImageToImage task,
        UNet network,
        ReverseDiffusion process,
        string checkpoints,
        Action<FormattableString> tell,
        CancellationToken stop)
    {
        using var trainer = Trainer.Create(
            network,
            process,
            new TrainingOptions
            {
                LearningRate = 2e-3,
                WarmupSteps = Math.Min(100, options.Steps / 4),
                Decay = LearningRateDecay.Cosine(options.Steps),
                Seed = options.Seed,
            });
        var store = new CheckpointStore(checkpoints, every: 250, keepLast: 1);
        if (store.RestoreLatest(trainer)) tell($"Resuming after {trainer.StepsDone:N0} steps");
        using var batches = new PrefetchedBatches(
            new ImageToImageBatches(new ShuffledBatches(set.Train, set.BatchSize, options.Seed, set.Mirrored), task, options.Seed));
        double loss = double.NaN;
        trainer.Run(
            batches,
            options.Steps,
            new Listener<TrainingProgress>(at =>
            {
                loss = double.IsNaN(loss) ? at.Loss : 0.98 * loss + 0.02 * at.Loss;
                if (at.Step % 100 != 0 && at.Step != at.TotalSteps) return;
                string left = at.Remaining.ToString("m\\:ss", CultureInfo.InvariantCulture);
                tell($"step {at.Step:N0}/{at.TotalSteps:N0}  loss {loss:F4}  {at.ExamplesPerSecond:F0} images/s  {left} left");
            }),
            [store],
            stop);
        stop.ThrowIfCancellationRequested();
        trainer.Ema.CopyTo(network);
        network.eval();
    }

    // Rows: the small pictures, bicubic interpolation, samples, the truth.
    private static void Show(ImageToImage task, Tensor truth, Tensor small, Func<Tensor, int, bool, Tensor> draw, string path)
    {
        using var scope = NewDisposeScope();
        Tensor samples = draw(small, PerPicture, true);
        long[] shape = [truth.size(0), PerPicture, .. truth.shape[1..]];
        Tensor each = samples.reshape(shape).transpose(0, 1).reshape(-1, shape[2], shape[3], shape[4]);
        Tensor blocks = PixelConversion.ToBytes(nn.functional.interpolate(small, scale_factor: [Factor, Factor]));
        LabelledGrid.Save(
            path,
            cat([blocks, PixelConversion.ToBytes(task.Enlarge(small)), each, truth]),
            new LabelledGridOptions
            {
                RowTitles = ["small", "bicubic", .. Enumerable.Repeat("sample", PerPicture), "truth"],
                Columns = (int)truth.size(0),
                Scale = truth.size(3) > 32 ? 1 : 2,
                Padding = 2,
                FontSize = 12,
            });
    }
}
