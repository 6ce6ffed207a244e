using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Cli.Doctor;

/// <summary>The checks that time a step of a small network.</summary>
internal static class SpeedChecks
{
    private const int Predictions = 10, TrainingSteps = 3, BatchSize = 8;

    private static string Network
    {
        get
        {
            double parameters = NetworkGraph.Of(new UNetDescription(SmallNetwork.Options)).Parameters.Sum(parameter => parameter.Count);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{SmallNetwork.Options.Height}×{SmallNetwork.Options.Width} with {parameters / 1e6:F1} M parameters");
        }
    }

    /// <summary>Times the kernels of this library, which need no libtorch.</summary>
    public static Finding Prediction(int threads)
    {
        using var model = new InferenceModel(
            new UNetDescription(SmallNetwork.Options), new SmallNetwork(), SmallNetwork.Process, SmallNetwork.Options.SampleShape);
        using InferenceSampler sampler = model.CreateSampler(
            SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = Predictions, Threads = threads });
        var request = new InferenceRequest { Count = 1 };
        sampler.Prepare(request);
        long begun = Stopwatch.GetTimestamp();
        float[] sample = sampler.Sample(request);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds / Predictions;
        if (!sample.All(float.IsFinite)) throw new InvalidOperationException("The kernels must give finite numbers, but gave others.");
        return Found(seconds, "a prediction of one image", 1);
    }

    /// <summary>Times training, which needs libtorch.</summary>
    public static Finding Training()
    {
        using var network = new UNet(SmallNetwork.Options, seed: 0);
        var process = new ReverseDiffusion(LinearSchedule.Scaled(SmallNetwork.Timesteps));
        using Trainer trainer = Trainer.Create(network, new SimpleObjective(process), new TrainingOptions());
        using Tensor images = zeros([BatchSize, .. SmallNetwork.Options.SampleShape.Select(size => (long)size)]);
        // The first one allocates what the others use.
        trainer.Step(images);
        long begun = Stopwatch.GetTimestamp();
        for (int step = 0; step < TrainingSteps; step++) trainer.Step(images);
        return Found(Stopwatch.GetElapsedTime(begun).TotalSeconds / TrainingSteps, $"a step of {BatchSize} images", BatchSize);
    }

    private static Finding Found(double seconds, string what, int images) => new(
        string.Create(CultureInfo.InvariantCulture, $"{1000 * seconds:F1} ms for {what}, {Network}"),
        new JsonObject { ["milliseconds"] = Math.Round(1000 * seconds, 2), ["images"] = images });
}
