using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>Between a process and the scheduler_config.json of diffusers' DDPMScheduler.</summary>
internal static class SchedulerConfigurationFile
{
    private const string File = "scheduler/scheduler_config.json";

    public static JsonObject Write(ReverseDiffusion process)
    {
        if (process.Coefficients.Schedule is not LinearSchedule schedule) throw new NotSupportedException($"A {process.Coefficients.Schedule.GetType().Name} cannot be written yet; only a {nameof(LinearSchedule)} can.");
        if (process.Options.Prediction is not EpsilonPrediction) throw new NotSupportedException($"{process.Options.Prediction.GetType().Name} cannot be written yet; only {nameof(EpsilonPrediction)} can.");
        if (process.Options.Variance.IsLearned) throw new NotSupportedException($"{process.Options.Variance.GetType().Name} cannot be written yet; only fixed variances can.");
        bool clips = process.Options.Clipping switch
        {
            NoClipping => false,
            StaticClipping { Limit: 1 } => true,
            _ => throw new NotSupportedException($"{process.Options.Clipping.GetType().Name} cannot be written yet; only none and [-1, 1] can."),
        };
        return new JsonObject
        {
            ["_class_name"] = "DDPMScheduler",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["beta_end"] = schedule.BetaEnd,
            ["beta_schedule"] = "linear",
            ["beta_start"] = schedule.BetaStart,
            ["clip_sample"] = clips,
            ["num_train_timesteps"] = schedule.Timesteps,
            ["prediction_type"] = "epsilon",
            ["trained_betas"] = null,
            ["variance_type"] = process.Options.Variance is FixedSmallVariance ? "fixed_small" : "fixed_large",
        };
    }

    public static ReverseDiffusion Read(JsonObject json)
    {
        var reader = new ConfigurationReader(json, File);
        reader.Expect("beta_schedule", "linear");
        reader.Expect("prediction_type", "epsilon");
        if (json["trained_betas"] is not null) throw new InvalidDataException($"{File}: trained_betas must be null; tabulated schedules are not supported.");
        string variance = reader.Get("variance_type", "fixed_small");
        try
        {
            return new ReverseDiffusion(
                new LinearSchedule(reader.Get("num_train_timesteps", 1000), reader.Get("beta_start", 1e-4), reader.Get("beta_end", 0.02)),
                new ReverseDiffusionOptions
                {
                    Clipping = reader.Get("clip_sample", true) ? X0Clipping.Unit : X0Clipping.None,
                    Variance = variance switch
                    {
                        "fixed_small" => ReverseVariance.FixedSmall,
                        "fixed_large" => ReverseVariance.FixedLarge,
                        _ => throw new InvalidDataException($"{File}: variance_type must be fixed_small or fixed_large, but is {variance}."),
                    },
                });
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{File}: {exception.Message}", exception);
        }
    }
}
