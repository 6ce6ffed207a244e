using System.Diagnostics;
using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>The whole way: data, network, training, sampling, pictures, a measure.</summary>
internal static class QuickstartRun
{
    private const int MostShown = 64;

    /// <summary>
    /// Runs it and returns the measure: generated samples, then as many real digits of other writers, against the same real half.
    /// </summary>
    public static (PrecisionRecallResult Generated, PrecisionRecallResult HeldOut) Execute(
        QuickstartOptions options,
        TextWriter console,
        CancellationToken stopTraining,
        CancellationToken abort)
    {
        long started = Stopwatch.GetTimestamp();
        options.Output.Create();
        string Out(string file) => Path.Combine(options.Output.FullName, file);
        var device = new Device(options.Device);

        // A process, a network, a trainer.
        var process = new ReverseDiffusion(
            new LinearSchedule(options.Timesteps), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        using ImageDataset digits = Digits.Load();
        using var network = new UNet(
            UNetOptions.For(Digits.Size, Digits.Size, channels: 1, baseChannels: 32) with
            {
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 8,
                Dropout = 0,
            },
            options.Seed);
        network.to(device);
        using var trainer = Trainer.Create(
            network,
            process,
            new TrainingOptions
            {
                LearningRate = 3e-3,
                WarmupSteps = 100,
                Decay = LearningRateDecay.Cosine(options.Steps),
                Seed = options.Seed,
            });

        // Algorithm 1.
        console.WriteLine(
            $"Training {network.parameters().Sum(parameter => parameter.numel()):N0} parameters on {digits.Count:N0} digits, "
                + $"{options.Steps:N0} steps (Ctrl-C stops the training and goes on to sample)");
        var losses = new List<double>();
        var batches = new ShuffledBatches(digits, options.BatchSize, options.Seed);
        bool trained = Train(trainer, batches, options.Steps, losses, console, stopTraining);
        if (!trained) console.WriteLine($"Stopped after {trainer.StepsDone:N0} steps; sampling with what was learnt");
        if (losses.Count > 0) LossPlot.Save(Out("loss.png"), losses);

        // Algorithm 2, with the averaged weights.
        using var averaged = trainer.Ema.SwapIn();
        network.eval();
        ModelFolder.Save(Out("model"), network, process);
        var sampler = new DdpmSampler(network, process);
        var request = new SamplingRequest
        {
            Count = options.Samples,
            SampleShape = digits.Shape,
            Noise = new PerSampleNoise(options.Seed),
            Device = device,
        };
        using var line = new ProgressLine(console);
        using Tensor samples = sampler.Sample(
            request,
            new Listener<SamplingProgress>(at =>
                line.Show(
                    $"Sampling {at.StepsDone:N0}/{at.StepsTotal:N0} steps, {at.SamplesDone}/{at.SamplesTotal} samples, "
                        + $"{ProgressLine.Time(at.Remaining ?? default)} left",
                    at.StepsDone == at.StepsTotal)),
            abort);
        using Tensor bytes = PixelConversion.ToBytes(samples);
        using Tensor real = digits.Images();
        int shown = Math.Min(MostShown, options.Samples);
        Pictures.Samples(Out("samples.png"), bytes, shown);
        Pictures.Neighbours(Out("neighbours.png"), bytes, real, shown);
        Pictures.Denoising(Out("denoising.png"), sampler, request with { Count = 8 }, abort);

        (PrecisionRecallResult generated, PrecisionRecallResult heldOut) = Measure(bytes, real);
        console.WriteLine(
            $"Wrote samples.png, neighbours.png, denoising.png, {(losses.Count > 0 ? "loss.png " : "")}and "
                + $"model{Path.DirectorySeparatorChar} to {options.Output.FullName} in "
                + $"{ProgressLine.Time(Stopwatch.GetElapsedTime(started))}");
        console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"precision {generated.Precision:F2} (held-out real {heldOut.Precision:F2}), recall {generated.Recall:F2} (held-out real "
                    + $"{heldOut.Recall:F2})"));
        return (generated, heldOut);
    }

    private static bool Train(
        Trainer trainer,
        ShuffledBatches batches,
        int steps,
        List<double> losses,
        TextWriter console,
        CancellationToken stop)
    {
        using var line = new ProgressLine(console);
        return trainer.Run(batches, steps, new Listener<TrainingProgress>(at =>
        {
            losses.Add(at.Loss);
            line.Show(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {at.Step:N0}/{at.TotalSteps:N0}  loss {losses.TakeLast(50).Average():F4}  {at.ExamplesPerSecond:F0} images/s  "
                        + $"{ProgressLine.Time(at.Remaining)} left"),
                at.Step == at.TotalSteps);
        }), hooks: null, stop);
    }

    /// <summary>
    /// Precision and recall in pixel space against the first half of the digits. They are listed writer by writer, so that the held-out
    /// real ones, spread evenly over the second half, are by other people.
    /// </summary>
    private static (PrecisionRecallResult Generated, PrecisionRecallResult HeldOut) Measure(Tensor samples, Tensor real)
    {
        using var scope = NewDisposeScope();
        long half = real.size(0) / 2, others = real.size(0) - half, count = Math.Min(samples.size(0), others);
        Tensor pixels = PixelConversion.FromBytes(real).flatten(1);
        Tensor reference = pixels.narrow(0, 0, half);
        Tensor heldOut = pixels.index_select(
            0,
            tensor(Enumerable.Range(0, (int)count).Select(i => half + i * others / count).ToArray(), int64));
        Tensor generated = PixelConversion.FromBytes(samples).flatten(1).narrow(0, 0, count);
        return (PrecisionRecall.Compute(reference, generated), PrecisionRecall.Compute(reference, heldOut));
    }
}
