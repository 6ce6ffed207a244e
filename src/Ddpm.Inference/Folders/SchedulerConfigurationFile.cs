using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Between a process and the scheduler_config.json of diffusers' DDPMScheduler; configurations of other samplers are read too. Schedules
/// that diffusers has no name for are written as trained_betas, so that nothing is lost. What diffusers would misread is written under
/// words at which it stops.
/// </summary>
internal static class SchedulerConfigurationFile
{
    private const string Linear = "linear", Quadratic = "scaled_linear", Sigmoid = "sigmoid";
    private const string Cosine = "squaredcos_cap_v2", Laplace = "laplace";
    private const string Betas = "trained_betas", Steps = "num_train_timesteps";
    private const string Spacing = "timestep_spacing", SpacingOfRetained = "retained", Retained = "retained_timesteps";
    private const string Predicts = "prediction_type", PredictsNoise = "predict_epsilon";
    private const double DefaultStart = 1e-4, DefaultEnd = 0.02;

    private static readonly (string, InitialLogVariance)[] InitialLogVariances =
        [("second_entry", InitialLogVariance.SecondEntry), ("floored", InitialLogVariance.Floored)];

    /// <summary>Returns the configuration of a process.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the process.</exception>
    public static JsonObject Write(ProcessDescription process)
    {
        IVarianceSchedule schedule = process.Schedule;
        if (schedule is RespacedSchedule)
        {
            throw new NotSupportedException(
                "A RespacedSchedule of a RespacedSchedule cannot be written: respace the schedule that the network was trained with, the "
                + "innermost Original.");
        }

        IVarianceSchedule named = schedule is ZeroTerminalSnrSchedule zero ? zero.Original : schedule;
        (string name, double start, double end) = Name(named);
        ClippingDescription clipping = process.Clipping;
        bool bounded = clipping.Quantile is null && double.IsFinite(clipping.Limit);
        var json = new JsonObject
        {
            [SchedulerClass.Field] = SchedulerClass.Default,
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["beta_end"] = end,
            ["beta_schedule"] = name.Length == 0 ? Linear : name,
            ["beta_start"] = start,
            ["clip_sample"] = bounded,
            ["clip_sample_range"] = bounded ? clipping.Limit : 1.0,
            [Steps] = named.Timesteps,
            [Predicts] = process.Prediction,
            ["rescale_betas_zero_snr"] = schedule is ZeroTerminalSnrSchedule,
            ["thresholding"] = clipping.Quantile is not null,
            [Betas] = name.Length == 0 ? Table(named) : null,
            ["variance_type"] = process.Variance,
        };
        if (clipping.Quantile is { } quantile)
        {
            if (double.IsInfinity(clipping.Limit))
            {
                throw new NotSupportedException(
                    "Dynamic thresholding without a maximum cannot be written: JSON has no infinity. Give it one.");
            }

            json["dynamic_thresholding_ratio"] = quantile;
            json["sample_max_value"] = clipping.Limit;
        }

        // diffusers knows no such spacing, and stops unless it is given timesteps.
        if (process.Timesteps is { } retained)
        {
            json[Spacing] = SpacingOfRetained;
            json[Retained] = new JsonArray([.. retained.Select(t => (JsonNode)t)]);
        }

        // diffusers has one convention only, the floor; the field is ours, and diffusers ignores it.
        if (process.InitialLogVariance != InitialLogVariance.SecondEntry) json["initial_log_variance"] = "floored";
        return json;
    }

    /// <summary>
    /// Reads and checks a configuration. The package that computes with a process checks the names of prediction and variance.
    /// </summary>
    /// <exception cref="InvalidDataException">A field is damaged, out of range or not supported.</exception>
    public static ProcessDescription Read(ConfigurationReader reader)
    {
        SchedulerClass kind = SchedulerClass.Read(reader);
        SchedulerClass.RequireBetaProcess(reader);
        try
        {
            IVarianceSchedule schedule = ReadSchedule(reader, kind);
            if (reader.Flag("rescale_betas_zero_snr", false, whenNull: false)) schedule = new ZeroTerminalSnrSchedule(schedule);
            // Throws where a β is not one.
            _ = new DiffusionCoefficients(schedule);
            return new ProcessDescription
            {
                Schedule = schedule,
                Prediction = ReadPrediction(reader),
                Variance = ReadVariance(reader),
                Clipping = ReadClipping(reader, kind.Clips),
                InitialLogVariance = reader.Choice("initial_log_variance", InitialLogVariances, "second_entry", whenNull: "second_entry"),
                Timesteps = ReadTimesteps(reader, schedule.Timesteps),
            };
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{reader.Source}: {ArgumentMessage.Of(exception)}", exception);
        }
    }

    // An empty name where diffusers has none.
    private static (string Name, double Start, double End) Name(IVarianceSchedule schedule) => schedule switch
    {
        LinearSchedule linear => (Linear, linear.BetaStart, linear.BetaEnd),
        QuadraticSchedule quadratic => (Quadratic, quadratic.BetaStart, quadratic.BetaEnd),
        SigmoidSchedule sigmoid => (Sigmoid, sigmoid.BetaStart, sigmoid.BetaEnd),
        CosineSchedule { Offset: 0.008, BetaMaximum: 0.999 } => (Cosine, DefaultStart, DefaultEnd),
        LaplaceSchedule { BetaMaximum: 0.999 } => (Laplace, DefaultStart, DefaultEnd),
        _ => ("", DefaultStart, DefaultEnd),
    };

    private static JsonArray Table(IVarianceSchedule schedule) =>
        new([.. Enumerable.Range(0, schedule.Timesteps).Select(t => (JsonNode)schedule.Beta(t))]);

    private static IVarianceSchedule ReadSchedule(ConfigurationReader reader, SchedulerClass kind)
    {
        int timesteps = (int)reader.WholeNumber(Steps, 1, FileLimits.MostTimesteps, 1000);
        if (!reader.IsNull(Betas))
        {
            // As in diffusers, the three fields mean nothing beside a table.
            foreach (string field in (string[])["beta_start", "beta_end", "beta_schedule"]) reader.Contains(field);
            ImmutableArray<double> betas = reader.Numbers(Betas, 0, 1, FileLimits.MostTimesteps);
            if (betas.Length == timesteps) return new TabulatedSchedule(betas);
            throw new InvalidDataException($"{reader.Source}: {Betas} must have {Steps} = {timesteps} entries, but has {betas.Length}.");
        }

        (string, Func<IVarianceSchedule>)[] schedules =
        [
            (Linear, () => new LinearSchedule(timesteps, Start(reader, kind), End(reader, kind))),
            (Quadratic, () => new QuadraticSchedule(timesteps, Start(reader, kind), End(reader, kind))),
            (Sigmoid, () => new SigmoidSchedule(timesteps, Start(reader, kind), End(reader, kind))),
            (Cosine, () => WithoutRange(reader, new CosineSchedule(timesteps))),
            (Laplace, () => WithoutRange(reader, new LaplaceSchedule(timesteps))),
        ];
        return reader.Choice("beta_schedule", schedules, Linear)();
    }

    private static double Start(ConfigurationReader reader, SchedulerClass kind) => Beta(reader, "beta_start", kind.BetaStart);

    private static double End(ConfigurationReader reader, SchedulerClass kind) => Beta(reader, "beta_end", kind.BetaEnd);

    private static double Beta(ConfigurationReader reader, string field, double fallback)
    {
        double beta = reader.Number(field, fallback: fallback);
        return beta is > 0 and < 1 ? beta : throw reader.Error(field, "greater than 0 and less than 1");
    }

    // A schedule that takes no range: diffusers writes one beside it all the same.
    private static IVarianceSchedule WithoutRange(ConfigurationReader reader, IVarianceSchedule schedule)
    {
        foreach (string field in (string[])["beta_start", "beta_end"]) reader.Contains(field);
        return schedule;
    }

    // Those of a network that was trained for some of the timesteps; without them the spacing is a sampler's choice.
    private static ImmutableArray<int>? ReadTimesteps(ConfigurationReader reader, int timesteps)
    {
        if (reader.IsNull(Retained)) return null;
        reader.Contains(Spacing);
        IEnumerable<long> retained = reader.WholeNumbers(Retained, 0, timesteps - 1, timesteps);
        return TimestepSpacing.Explicit(timesteps, retained.Select(t => (int)t));
    }

    // Before diffusers 0.10 a flag said what the network predicts.
    private static string ReadPrediction(ConfigurationReader reader)
    {
        if (reader.IsNull(PredictsNoise)) return reader.Text(Predicts, "epsilon");
        bool noise = reader.Flag(PredictsNoise);
        string old = noise ? "epsilon" : "sample";
        return reader.Text(Predicts, old) == old
            ? old
            : throw reader.Error(Predicts, $"{old} beside {PredictsNoise} = {(noise ? "true" : "false")}");
    }

    private static string ReadVariance(ConfigurationReader reader)
    {
        // diffusers computes no other variance than fixed_small where the field is null.
        string name = reader.Text("variance_type", "fixed_small", whenNull: "fixed_small");
        if (name == "learned")
        {
            throw new InvalidDataException(
                $"{reader.Source}: variance_type = learned is not supported: diffusers reads it as the variance, "
                + "the programs that train such networks as its logarithm. If it is the logarithm, write learned_log.");
        }

        // diffusers names the same variances once more for the way in which it computes them.
        return name is "fixed_small_log" or "fixed_large_log" ? name[..^"_log".Length] : name;
    }

    // As diffusers: null switches a flag off, and a number that nothing uses may be anything.
    private static ClippingDescription ReadClipping(ConfigurationReader reader, bool fallback)
    {
        bool clips = reader.Flag("clip_sample", fallback, whenNull: false);
        bool thresholds = reader.Flag("thresholding", false, whenNull: false);
        const string range = "clip_sample_range", ratio = "dynamic_thresholding_ratio", maximum = "sample_max_value";
        foreach (string field in (string[])[range, ratio, maximum]) reader.Contains(field);
        if (thresholds)
        {
            double quantile = reader.Number(ratio, 0, 1, 0.995);
            if (quantile == 0) throw reader.Error(ratio, "greater than 0");
            return new ClippingDescription(reader.Number(maximum, 1, fallback: 1), quantile);
        }

        if (!clips) return ClippingDescription.None;
        double limit = reader.Number(range, 0, fallback: 1);
        return limit > 0 ? new ClippingDescription(limit) : throw reader.Error(range, "greater than 0");
    }
}
