using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Weather;

/// <summary>
/// The whole way for data that are no pictures: a data set of signals, a network of one dimension, training, sampling, measures.
/// </summary>
internal static class WeatherRun
{
    /// <summary>Trains, draws and measures.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="console">Receives progress and results.</param>
    /// <param name="stop">Ends the training; its network still draws.</param>
    /// <param name="abort">Ends the drawing.</param>
    /// <returns>The measures of each city.</returns>
    public static IReadOnlyList<WeatherReport> Execute(
        WeatherOptions options,
        TextWriter console,
        CancellationToken stop,
        CancellationToken abort = default)
    {
        options.Output.Create();
        using var scope = NewDisposeScope();
        using var data = new WeatherData();

        // Examples are [4, 32]: four variables, 32 days. Their class is the city.
        using var months = new InMemoryDataset(
            cat([.. data.Training]),
            cat([.. data.Training.Select((one, city) => full([one.size(0)], city, int64))]));

        // No x̂_0 is clipped: temperatures have no largest value. The same U-Net as for pictures, with one dimension fewer.
        var process = new ReverseDiffusion(
            new CosineSchedule(1000),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None, Prediction = Prediction.V });
        using var network = new UNet(
            UNetOptions.ForSignal(WeatherData.Days, channels: 4, baseChannels: 32, classes: WeatherData.Cities.Count) with
            {
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 8,
                Dropout = 0.2,
            },
            options.Seed);
        using var trainer = Trainer.Create(
            network,
            process,
            new TrainingOptions
            {
                LearningRate = 2e-3,
                WarmupSteps = 100,
                Decay = LearningRateDecay.Cosine(options.Steps),
                Seed = options.Seed,
            });

        console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Training {network.parameters().Sum(parameter => parameter.numel()):N0} parameters on {months.Count:N0} runs of "
                    + $"{WeatherData.Days} days, {options.Steps:N0} steps"));
        double loss = 0;
        trainer.Run(new ShuffledBatches(months, 64, options.Seed), options.Steps, new Listener<TrainingProgress>(at =>
        {
            loss = at.Step == 1 ? at.Loss : 0.98 * loss + 0.02 * at.Loss;
            if (at.Step % 100 == 0 || at.Step == at.TotalSteps)
            {
                console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"step {at.Step:N0}/{at.TotalSteps:N0}  loss {loss:F4}  {at.Remaining:m\\:ss} left"));
            }

        }), cancellationToken: stop);

        // As many months of each city, with the averaged weights.
        using var averaged = trainer.Ema.SwapIn();
        network.eval();
        var sampler = new DdpmSampler(network, process.Respace(100));
        var reports = new List<WeatherReport>();
        var drawn = new List<Tensor>();
        for (int city = 0; city < WeatherData.Cities.Count; city++)
        {
            Tensor samples = sampler.Sample(
                new SamplingRequest
                {
                    Count = options.Samples,
                    SampleShape = months.Shape,
                    Noise = new PerSampleNoise(options.Seed),
                    FirstSample = city * options.Samples,
                    BatchSize = 256,
                    Labels = [city],
                    SamplesPerLabel = options.Samples,
                },
                cancellationToken: abort);
            WeatherReport report = WeatherReport.Of(data, city, samples);
            report.Write(console);
            reports.Add(report);
            drawn.Add(data.ToUnits(samples));
        }

        MonthsFile.Write(Path.Combine(options.Output.FullName, "months.csv"), drawn);
        WeatherPicture.Write(Path.Combine(options.Output.FullName, "months.svg"), [.. data.HeldOut.Select(data.ToUnits)], drawn);
        console.WriteLine($"Wrote months.csv and months.svg to {options.Output.FullName}");
        return reports;
    }
}
