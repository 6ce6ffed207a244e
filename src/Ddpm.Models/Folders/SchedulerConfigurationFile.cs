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
        var dynamic = clipping as DynamicThresholding;
        var json = new JsonObject
        {
            ["_class_name"] = "DDPMScheduler",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["beta_end"] = end,
            ["beta_schedule"] = tabulated ? Linear : name,
            ["beta_start"] = start,
            ["clip_sample"] = clipping is StaticClipping,
            ["clip_sample_range"] = clipping is StaticClipping bound ? bound.Limit : 1.0,
            ["num_train_timesteps"] = named.Timesteps,
            ["prediction_type"] = PredictionName(process.Options.Prediction),
            ["rescale_betas_zero_snr"] = rescaled,
            ["thresholding"] = dynamic is not null,
            ["trained_betas"] = tabulated ? new JsonArray([.. Enumerable.Range(0, named.Timesteps).Select(t => (JsonNode)JsonValue.Create(named.Beta(t)))]) : null,
            ["variance_type"] = VarianceName(process.Options.Variance),
        };
        if (dynamic is not null)
        {
            if (double.IsInfinity(dynamic.Maximum)) throw new NotSupportedException("A DynamicThresholding without a maximum cannot be written: JSON has no infinity. Give it one.");
            json["dynamic_thresholding_ratio"] = dynamic.Quantile;
            json["sample_max_value"] = dynamic.Maximum;
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

    private static string PredictionName(Prediction prediction) => prediction switch
    {
        EpsilonPrediction => "epsilon",
        X0Prediction => "sample",
        VPrediction => "v_prediction",
        // Unknown to diffusers, which stops at it.
        PosteriorMeanPrediction => "posterior_mean",
        _ => throw new NotSupportedException($"{prediction.GetType().Name} has no name in the format."),
    };

    private static Prediction ReadPrediction(ConfigurationReader reader, string file) => reader.Get("prediction_type", "epsilon") switch
    {
        "epsilon" => Prediction.Epsilon,
        "sample" => Prediction.X0,
        "v_prediction" => Prediction.V,
        "posterior_mean" => Prediction.PosteriorMean,
        string other => throw new InvalidDataException($"{file}: prediction_type must be epsilon, sample, v_prediction or posterior_mean, but is {other}."),
    };

    private static string VarianceName(ReverseVariance variance) => variance switch
    {
        FixedSmallVariance => "fixed_small",
        FixedLargeVariance => "fixed_large",
        LearnedRangeVariance => "learned_range",
        // diffusers' "learned" is the variance itself, ours its logarithm; at this name it finds twice the channels that it expects, and stops.
        LearnedVariance => "learned_log",
        AnalyticVariance => throw new NotSupportedException("An AnalyticVariance is a choice of the sampler: save the process that the network was trained with, and the calibration beside it."),
        _ => throw new NotSupportedException($"{variance.GetType().Name} has no name in the format."),
    };

    private static ReverseVariance ReadVariance(ConfigurationReader reader, string file) => reader.Get("variance_type", "fixed_small") switch
    {
        "fixed_small" or "fixed_small_log" => ReverseVariance.FixedSmall,
        "fixed_large" or "fixed_large_log" => ReverseVariance.FixedLarge,
        "learned_range" => ReverseVariance.LearnedRange,
        "learned_log" => ReverseVariance.Learned,
        "learned" => throw new InvalidDataException($"{file}: variance_type = learned is not supported: diffusers reads it as the variance, the programs that train such networks as its logarithm. If it is the logarithm, write learned_log."),
        string other => throw new InvalidDataException($"{file}: variance_type must be fixed_small, fixed_large, learned_range or learned_log, but is {other}."),
    };

    private static X0Clipping ReadClipping(ConfigurationReader reader)
    {
        double range = reader.Get("clip_sample_range", 1.0), quantile = reader.Get("dynamic_thresholding_ratio", 0.995), maximum = reader.Get("sample_max_value", 1.0);
        bool clips = reader.Get("clip_sample", true);
        if (reader.Get("thresholding", false)) return X0Clipping.Dynamic(quantile, maximum);
        if (!clips) return X0Clipping.None;
        return range == 1 ? X0Clipping.Unit : X0Clipping.Static(range);
    }
}
