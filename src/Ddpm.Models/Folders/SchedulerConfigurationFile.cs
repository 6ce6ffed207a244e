using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Between a process and the scheduler_config.json of diffusers' DDPMScheduler. Schedules that diffusers has no name for are written as
/// trained_betas, so that nothing is lost. What diffusers would misread is written under words at which it stops.
/// </summary>
internal static class SchedulerConfigurationFile
{
    private const string Linear = "linear", Quadratic = "scaled_linear", Cosine = "squaredcos_cap_v2", Sigmoid = "sigmoid", Laplace = "laplace";

    public static JsonObject Write(ReverseDiffusion process)
    {
        IVarianceSchedule schedule = process.Coefficients.Schedule;
        if (schedule is RespacedSchedule) throw new NotSupportedException("A RespacedSchedule is a choice of the sampler: save the process of the schedule that the network was trained with, its Original.");
        if (process.Coefficients.Precision != TablePrecision.DoublePrecision) throw new NotSupportedException("float32 tables are a choice of the program: save a process with float64 tables.");
        bool rescaled = schedule is ZeroTerminalSnrSchedule;
        IVarianceSchedule named = schedule is ZeroTerminalSnrSchedule zero ? zero.Original : schedule;
        (string name, double start, double end) = Name(named);
        bool tabulated = name.Length == 0;
        X0Clipping clipping = process.Options.Clipping;
        bool bounded = clipping.Quantile is null && double.IsFinite(clipping.Limit);
        var json = new JsonObject
        {
            ["_class_name"] = "DDPMScheduler",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["beta_end"] = end,
            ["beta_schedule"] = tabulated ? Linear : name,
            ["beta_start"] = start,
            ["clip_sample"] = bounded,
            ["clip_sample_range"] = bounded ? clipping.Limit : 1.0,
            ["num_train_timesteps"] = named.Timesteps,
            ["prediction_type"] = process.Options.Prediction.ConfigurationName,
            ["rescale_betas_zero_snr"] = rescaled,
            ["thresholding"] = clipping.Quantile is not null,
            ["trained_betas"] = tabulated ? new JsonArray([.. Enumerable.Range(0, named.Timesteps).Select(t => (JsonNode)JsonValue.Create(named.Beta(t)))]) : null,
            ["variance_type"] = VarianceName(process.Options.Variance),
        };
        if (clipping.Quantile is { } quantile)
        {
            if (double.IsInfinity(clipping.Limit))
            {
                throw new NotSupportedException("Dynamic thresholding without a maximum cannot be written: JSON has no infinity. Give it one.");
            }

            json["dynamic_thresholding_ratio"] = quantile;
            json["sample_max_value"] = clipping.Limit;
        }

        // diffusers has one convention only, the floor; the field is ours, and diffusers ignores it.
        if (process.Options.InitialLogVariance != InitialLogVariance.SecondEntry) json["initial_log_variance"] = "floored";
        return json;
    }

    public static ReverseDiffusion Read(JsonObject json, string file, List<string> ignored)
    {
        var reader = new ConfigurationReader(json, file);
        string kind = reader.Get("_class_name", "DDPMScheduler");
        if (kind is not ("DDPMScheduler" or "DDIMScheduler")) throw new InvalidDataException($"{file}: _class_name must be DDPMScheduler or DDIMScheduler, but is {kind}; nothing else is supported.");
        try
        {
            IVarianceSchedule schedule = ReadSchedule(reader, file);
            if (reader.Get("rescale_betas_zero_snr", false)) schedule = new ZeroTerminalSnrSchedule(schedule);
            var process = new ReverseDiffusion(schedule, new ReverseDiffusionOptions
            {
                Prediction = ReadPrediction(reader, file),
                Variance = ReadVariance(reader, file),
                Clipping = ReadClipping(reader),
                InitialLogVariance = reader.Get("initial_log_variance", "second_entry") switch
                {
                    "second_entry" => InitialLogVariance.SecondEntry,
                    "floored" => InitialLogVariance.Floored,
                    string other => throw new InvalidDataException($"{file}: initial_log_variance must be second_entry or floored, but is {other}."),
                },
            });
            ignored.AddRange(reader.Ignored);
            return process;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{file}: {exception.Message}", exception);
        }
    }

    // An empty name where diffusers has none.
    private static (string Name, double Start, double End) Name(IVarianceSchedule schedule) => schedule switch
    {
        LinearSchedule linear => (Linear, linear.BetaStart, linear.BetaEnd),
        QuadraticSchedule quadratic => (Quadratic, quadratic.BetaStart, quadratic.BetaEnd),
        SigmoidSchedule sigmoid => (Sigmoid, sigmoid.BetaStart, sigmoid.BetaEnd),
        CosineSchedule { Offset: 0.008, BetaMaximum: 0.999 } => (Cosine, 1e-4, 0.02),
        LaplaceSchedule { BetaMaximum: 0.999 } => (Laplace, 1e-4, 0.02),
        _ => ("", 1e-4, 0.02),
    };

    private static IVarianceSchedule ReadSchedule(ConfigurationReader reader, string file)
    {
        int timesteps = reader.Get("num_train_timesteps", 1000);
        double start = reader.Get("beta_start", 1e-4), end = reader.Get("beta_end", 0.02);
        string name = reader.Get("beta_schedule", Linear);
        if (reader.Get<double[]?>("trained_betas", null) is { } betas)
        {
            return betas.Length == timesteps ? new TabulatedSchedule(betas) : throw new InvalidDataException($"{file}: trained_betas must have num_train_timesteps = {timesteps} entries, but has {betas.Length}.");
        }

        return name switch
        {
            Linear => new LinearSchedule(timesteps, start, end),
            Quadratic => new QuadraticSchedule(timesteps, start, end),
            Sigmoid => new SigmoidSchedule(timesteps, start, end),
            Cosine => new CosineSchedule(timesteps),
            Laplace => new LaplaceSchedule(timesteps),
            _ => throw new InvalidDataException($"{file}: beta_schedule must be {Linear}, {Quadratic}, {Sigmoid}, {Cosine} or {Laplace}, but is {name}."),
        };
    }

    private static Prediction ReadPrediction(ConfigurationReader reader, string file)
    {
        string name = reader.Get("prediction_type", Prediction.Epsilon.ConfigurationName);
        return Prediction.Known.FirstOrDefault(prediction => prediction.ConfigurationName == name) ?? throw new InvalidDataException(
            $"{file}: prediction_type must be {Choices(Prediction.Known.Select(prediction => prediction.ConfigurationName))}, but is {name}.");
    }

    private static string VarianceName(ReverseVariance variance) => variance.ConfigurationName ?? throw new NotSupportedException(
        $"The variance {variance.Name} is a choice of the sampler: save the process that the network was trained with, and the calibration beside it.");

    private static ReverseVariance ReadVariance(ConfigurationReader reader, string file)
    {
        string name = reader.Get("variance_type", "fixed_small");
        if (name == "learned")
        {
            throw new InvalidDataException(
                $"{file}: variance_type = learned is not supported: diffusers reads it as the variance, the programs that train such networks as its " +
                "logarithm. If it is the logarithm, write learned_log.");
        }

        // diffusers names the same variances once more for the way in which it computes them.
        string known = name is "fixed_small_log" or "fixed_large_log" ? name[..^"_log".Length] : name;
        return ReverseVariance.Known.FirstOrDefault(variance => variance.ConfigurationName == known) ?? throw new InvalidDataException(
            $"{file}: variance_type must be {Choices(ReverseVariance.Known.Select(variance => variance.ConfigurationName!))}, but is {name}.");
    }

    // a, b or c
    private static string Choices(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }

    private static X0Clipping ReadClipping(ConfigurationReader reader)
    {
        double range = reader.Get("clip_sample_range", 1.0), quantile = reader.Get("dynamic_thresholding_ratio", 0.995), maximum = reader.Get("sample_max_value", 1.0);
        bool clips = reader.Get("clip_sample", true);
        if (reader.Get("thresholding", false)) return X0Clipping.Dynamic(quantile, maximum);
        if (!clips) return X0Clipping.None;
        return range == 1 ? X0Clipping.Unit : X0Clipping.Static(range);
    }
}
