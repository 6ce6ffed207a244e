using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.ModelFolders;

/// <summary>The options that state the process of a folder of a network alone.</summary>
/// <param name="read">States each option.</param>
internal sealed class ScheduleOptions(OptionReader read)
{
    private const int DefaultTimesteps = 1000;
    private const string FixedSmall = "fixed_small", LearnedRange = "learned_range";

    private static readonly NumberRange Beta = new("above 0 and below 1", beta => beta is > 0 and < 1);

    /// <summary>Null where the folder states its process.</summary>
    public string? Schedule { get; } = read.Choice(
        "--schedule",
        "Of a network alone: the variance schedule that it was trained with",
        [.. KnownSchedules.Names]);

    public int? Timesteps { get; } = read.Number(
        "--timesteps",
        $"With --schedule: T, the steps of the training process, by default {DefaultTimesteps}",
        least: 1,
        FileLimits.MostTimesteps);

    public double? BetaStart { get; } =
        read.Real("--beta-start", "With --schedule linear, scaled_linear or sigmoid: the first β, by default 0.0001", Beta);

    public double? BetaEnd { get; } =
        read.Real("--beta-end", "With --schedule linear, scaled_linear or sigmoid: the last β, by default 0.02", Beta);

    public string? Prediction { get; } = read.Choice(
        "--prediction",
        "With --schedule: what the network predicts, by default epsilon",
        [.. SpanPrediction.Known.Select(known => Description.Prediction(known.Name))]);

    public string? Variance { get; } = read.Choice(
        "--variance",
        "With --schedule: the reverse variance, by default fixed-small, or learned-range where the network gives one",
        [.. SpanVariance.Known.Select(known => Description.Variance(known.Name))]);

    /// <summary>What was given, as settings tell it; null without --schedule.</summary>
    public string? Words => Schedule is null ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{Schedule}, T {Timesteps ?? DefaultTimesteps}, β {BetaStart?.ToString("R", CultureInfo.InvariantCulture) ?? "default"} … "
            + $"{BetaEnd?.ToString("R", CultureInfo.InvariantCulture) ?? "default"}, {Prediction ?? "default"}, {Variance ?? "default"}");

    /// <summary>The process; null without --schedule.</summary>
    /// <param name="network">The network that was trained for it.</param>
    /// <exception cref="UsageException">The options do not go together.</exception>
    public ProcessDescription? Process(UNetOptions network)
    {
        if (Schedule is null)
        {
            Refuse("--timesteps", Timesteps is not null);
            Refuse("--beta-start", BetaStart is not null);
            Refuse("--beta-end", BetaEnd is not null);
            Refuse("--prediction", Prediction is not null);
            Refuse("--variance", Variance is not null);
            return null;
        }

        if (!KnownSchedules.HasRange(Schedule) && (BetaStart ?? BetaEnd) is not null)
        {
            string option = BetaStart is null ? "--beta-end" : "--beta-start";
            throw new UsageException($"{option} goes with a schedule that has a range of β, but --schedule is {Schedule}.");
        }

        int timesteps = Timesteps ?? DefaultTimesteps;
        RequireRange(timesteps);
        bool learned = network.OutChannels == 2 * network.InChannels;
        return new ProcessDescription
        {
            Schedule = KnownSchedules.Create(Schedule, timesteps, BetaStart, BetaEnd),
            Prediction = SpanPrediction.Known.First(known => Description.Prediction(known.Name) == (Prediction ?? "epsilon")).Name,
            Variance = Variance is null
                ? (learned ? LearnedRange : FixedSmall)
                : SpanVariance.Known.First(known => Description.Variance(known.Name) == Variance).Name,
        };
    }

    // The name means one thing in ddpm train and improved-diffusion, and another in diffusers, wherever T is not 1000.
    private void RequireRange(int timesteps)
    {
        if (Schedule != "linear" || timesteps == DefaultTimesteps || (BetaStart is not null && BetaEnd is not null)) return;
        static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
        double scale = (double)DefaultTimesteps / timesteps;
        throw new UsageException(
            $"--schedule linear with --timesteps {timesteps} needs --beta-start and --beta-end: diffusers has 0.0001 … 0.02 for every T"
                + (timesteps < LinearSchedule.LeastScaled ? "." : $", ddpm train {Text(scale * 1e-4)} … {Text(scale * 0.02)}."));
    }

    private static void Refuse(string option, bool given)
    {
        if (given) throw new UsageException($"{option} goes with --schedule, which says that the folder states no process.");
    }
}
