using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Training;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm train</c>: its options, their defaults and ranges.</summary>
internal static class TrainCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var data = new Option<string[]>("--data") { Description = "A folder of PNG or JPEG images (with a subfolder for each class, if any), an IDX file of images (MNIST and its kin, .gz too), or CIFAR-10 .bin files", Required = true, AllowMultipleArgumentsPerToken = true };
        var labels = new Option<string?>("--labels") { Description = "The IDX file of classes beside an IDX file of images" };
        var folder = new Option<string>("--out") { Description = "Folder for checkpoints, grids, metrics and the model; a run that is there is gone on with", DefaultValueFactory = _ => "ddpm-run" };
        var size = Number("--size", null, "Height and width to bring the images of a folder to; by default their own", 1);
        var grayscale = new Option<bool>("--grayscale") { Description = "Read the images of a folder in shades of gray" };
        var skip = new Option<bool>("--skip-damaged") { Description = "Skip and name images of a folder that cannot be used, instead of stopping" };
        var conditional = new Option<bool>("--conditional") { Description = "Teach the network the classes (needs subfolders, --labels or CIFAR-10)" };
        var flip = new Option<bool>("--flip") { Description = "Mirror images at random; wrong for digits and letters" };
        var steps = Number("--steps", 10_000, "Training steps", 1);
        var minutes = Real("--max-minutes", null, "Stop after so many minutes; the same command goes on later", value => value > 0, "above 0");
        var batch = Number("--batch-size", 64, "Images in a batch, of all processes together", 1);
        var accumulation = Number("--accumulation", 1, "Batches that make a step", 1);
        var rate = Real("--learning-rate", 2e-4, "Adam's learning rate after warm-up", value => value > 0, "above 0");
        var warmup = Number("--warmup-steps", 500, "Steps over which the learning rate grows from 0", 0);
        Option<string> decay = Choice("--decay", "How the learning rate falls until the last step", "cosine", "none", "cosine", "linear");
        var weightDecay = Real("--weight-decay", 0, "AdamW's weight decay", value => value >= 0, "0 or more");
        var averages = new Option<string[]>("--ema") { Description = "Moving averages, power:σ, constant:d or ramped:d; the first draws the grids and becomes the model", DefaultValueFactory = _ => ["power:0.1"], AllowMultipleArgumentsPerToken = true };
        var bfloat16 = new Option<bool>("--bf16") { Description = "Compute in bfloat16; weights and sums stay float32" };
        Option<string> schedule = Choice("--schedule", "Variance schedule", "linear", "linear", "cosine");
        var timesteps = Number("--timesteps", 1000, "T, the steps of the process", 1);
        Option<string> prediction = Choice("--prediction", "What the network predicts", "epsilon", "epsilon", "x0", "v");
        Option<string> variance = Choice("--variance", "Reverse variance; learned-range trains it with L_hybrid", "fixed-small", "fixed-small", "fixed-large", "learned-range");
        var channels = Number("--channels", 64, "Channels of the first level; a multiple of 8", 8);
        Option<NumberList> multipliers = Numbers("--multipliers", [1, 2, 2], "Channels of each level as multiples of the first's", 1);
        var blocks = Number("--blocks", 2, "Residual blocks a level", 1);
        Option<NumberList> attention = Numbers("--attention", [], "Sizes at which the network attends, such as 16; the middle always does", 1);
        var dropout = Real("--dropout", 0.1, "Dropout", value => value is >= 0 and < 1, "at least 0 and below 1");
        var checkpoint = Number("--checkpoint-every", 1000, "Steps between two checkpoints", 1);
        var keep = Number("--keep-last", 2, "Checkpoints kept", 1);
        var grid = Number("--grid-every", 1000, "Steps between two pictures of samples", 1);
        var metrics = Number("--metrics-every", 50, "Steps between two rows of metrics", 1);
        var tensorBoard = new Option<bool>("--tensorboard") { Description = "Write metrics for TensorBoard too" };
        var workers = Number("--workers", 1, "Threads that read images ahead", 1);
        var seed = Whole("--seed", 0, "Seed of weights, order, timesteps and noise");
        var device = Device();
        Option<bool> mpi = Communicators.Option();
        Option<bool> json = Json();
        averages.Validators.Add(result =>
        {
            try
            {
                foreach (string text in result.GetValue(averages) ?? []) Profile(text);
            }
            catch (ArgumentException exception)
            {
                result.AddError($"--ema: {CommandLine.OneLine(exception)}");
            }
        });

        var command = new Command("train", "Trains a U-Net on images: Algorithm 1 of Ho et al. 2020.")
        {
            data, labels, folder, size, grayscale, skip, conditional, flip, steps, minutes, batch, accumulation, rate, warmup, decay, weightDecay, averages, bfloat16, schedule, timesteps, prediction, variance,
            channels, multipliers, blocks, attention, dropout, checkpoint, keep, grid, metrics, tensorBoard, workers, seed, device, mpi, json,
        };
        command.SetAction(parsed => CommandLine.Guarded(error, stop => Report(new Screen(output, error, parsed.GetValue(json)), parsed.GetValue(folder)!, TrainRun.Execute(
            new TrainOptions
            {
                Data = parsed.GetValue(data)!,
                Labels = parsed.GetValue(labels),
                Output = parsed.GetValue(folder)!,
                Size = parsed.GetValue(size),
                Grayscale = parsed.GetValue(grayscale),
                SkipDamaged = parsed.GetValue(skip),
                Conditional = parsed.GetValue(conditional),
                Flip = parsed.GetValue(flip),
                Steps = parsed.GetValue(steps)!.Value,
                MaxMinutes = parsed.GetValue(minutes),
                BatchSize = parsed.GetValue(batch)!.Value,
                Accumulation = parsed.GetValue(accumulation)!.Value,
                LearningRate = parsed.GetValue(rate)!.Value,
                WarmupSteps = parsed.GetValue(warmup)!.Value,
                Decay = parsed.GetValue(decay)!,
                WeightDecay = parsed.GetValue(weightDecay)!.Value,
                Averages = [.. parsed.GetValue(averages)!.Select(Profile)],
                BFloat16 = parsed.GetValue(bfloat16),
                Schedule = parsed.GetValue(schedule)!,
                Timesteps = parsed.GetValue(timesteps)!.Value,
                Prediction = parsed.GetValue(prediction)!,
                Variance = parsed.GetValue(variance)!,
                Channels = parsed.GetValue(channels)!.Value,
                Multipliers = [.. parsed.GetValue(multipliers)!.Values],
                Blocks = parsed.GetValue(blocks)!.Value,
                Attention = [.. parsed.GetValue(attention)!.Values],
                Dropout = parsed.GetValue(dropout)!.Value,
                CheckpointEvery = parsed.GetValue(checkpoint)!.Value,
                KeepLast = parsed.GetValue(keep)!.Value,
                GridEvery = parsed.GetValue(grid)!.Value,
                MetricsEvery = parsed.GetValue(metrics)!.Value,
                TensorBoard = parsed.GetValue(tensorBoard),
                Workers = parsed.GetValue(workers)!.Value,
                Seed = parsed.GetValue(seed),
                Device = parsed.GetValue(device)!,
                Mpi = parsed.GetValue(mpi),
            },
            parsed.GetValue(json) ? error : output,
            stop))));
        return command;
    }

    // For programs: where the run is, and the last row of its metrics.
    private static bool Report(Screen screen, string folder, bool done)
    {
        string metrics = Path.Combine(folder, "metrics.jsonl"), last = File.Exists(metrics) ? File.ReadLines(metrics).LastOrDefault("null") : "null";
        screen.Json(new JsonObject { ["interrupted"] = !done, ["out"] = folder, ["model"] = Path.Combine(folder, "model"), ["metrics"] = JsonNode.Parse(last) });
        return done;
    }

    private static AverageProfile Profile(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length != 2 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) throw new ArgumentException($"An average must be power:σ, constant:d or ramped:d, but is {text}.");
        return parts[0] switch
        {
            "power" => AverageProfile.Power(value),
            "constant" => AverageProfile.Constant(value),
            "ramped" => AverageProfile.Ramped(value),
            _ => throw new ArgumentException($"An average must be power:σ, constant:d or ramped:d, but is {text}."),
        };
    }
}
