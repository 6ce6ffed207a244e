namespace Ddpm.Onnx;

/// <summary>The inputs, the output and the metadata of exported models.</summary>
internal static class OnnxNames
{
    /// <summary>x_t, float32 [batch, C, …].</summary>
    public const string Sample = "sample";

    /// <summary>The timesteps, int64 [batch].</summary>
    public const string Timestep = "timestep";

    /// <summary>The classes, int64 [batch].</summary>
    public const string Label = "label";

    /// <summary>The prediction, float32 [batch, Cout, …].</summary>
    public const string Prediction = "prediction";

    private const string ConditionPrefix = "condition_";

    /// <summary>A condition, float32 [batch, C, …] or [batch, C].</summary>
    public static string Condition(string name) => ConditionPrefix + name;

    /// <summary>Whether an input is named as those that take conditions are.</summary>
    public static bool IsCondition(string input) => input.StartsWith(ConditionPrefix, StringComparison.Ordinal);

    /// <summary>The name of the condition that an input takes.</summary>
    public static string ConditionOf(string input) => input[ConditionPrefix.Length..];

    /// <summary>The entry of a model's metadata_props that holds <see cref="OnnxMetadata"/> as JSON.</summary>
    public const string Entry = "ddpm";

    /// <summary>The fields of that JSON.</summary>
    public const string Library = "library", WeightType = "weights", SampleShape = "sample_shape", SizeMultiple = "size_multiple",
        ClassCount = "class_count", NullLabel = "null_label", Scheduler = "scheduler_config", Betas = "betas",
        AlphaBars = "alphas_cumprod";
}
