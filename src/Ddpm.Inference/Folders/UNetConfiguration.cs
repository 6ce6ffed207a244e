using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Between <see cref="UNetOptions"/> and the config.json of diffusers' UNet2DModel.</summary>
internal static class UNetConfiguration
{
    /// <summary>The version of diffusers whose words the files use.</summary>
    public const string FormatVersion = "0.27.0";

    // Ours, which diffusers ignores.
    private const string NullLabelField = "null_class_label", DimensionsField = "spatial_dimensions";
    public const string ClassNamesField = "class_names";
    private const string HeadField = "attention_head_dim", PlainDown = "DownBlock2D", AttendingDown = "AttnDownBlock2D";
    private const string PlainUp = "UpBlock2D", AttendingUp = "AttnUpBlock2D";

    // Beyond every published network by a factor of 8 at least: what exceeds them is a mistake, or made to exhaust the machine.
    public const int MostChannels = 16_384, MostLevels = 20, MostBlocks = 128, MostPixels = 65_536, MostClasses = 1_000_000;

    /// <summary>Returns the configuration of a network.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the network.</exception>
    public static JsonObject Write(UNetOptions options)
    {
        if (options.ChannelMultipliers[0] != 1)
        {
            throw new NotSupportedException(
                $"UNet2DModel begins with as many channels as its first level has, so that "
                + $"ChannelMultipliers must begin with 1, but begins with {options.ChannelMultipliers[0]}.");
        }

        int levels = options.Levels;
        bool square = options.IsSignal || options.Height == options.Width;
        var json = new JsonObject
        {
            ["_class_name"] = "UNet2DModel",
            ["_diffusers_version"] = FormatVersion,
            ["act_fn"] = "silu",
            ["attention_head_dim"] = options.AttentionHeadChannels,
            ["block_out_channels"] = Array(Enumerable.Range(0, levels), level => options.Channels(level)),
            ["center_input_sample"] = options.CenterInput,
            ["down_block_types"] = Array(Enumerable.Range(0, levels), level => options.Attends(level) ? AttendingDown : PlainDown),
            ["downsample_padding"] = options.DownsamplePadding,
            ["dropout"] = options.Dropout,
            ["flip_sin_to_cos"] = options.CosineFirst,
            ["freq_shift"] = options.FrequencyShift,
            ["in_channels"] = options.InChannels + SpatialChannels(options.Conditions),
            ["layers_per_block"] = options.BlocksPerLevel,
            ["mid_block_scale_factor"] = options.MidBlockScale,
            ["norm_eps"] = options.NormEpsilon,
            ["norm_num_groups"] = options.NormGroups,
            ["out_channels"] = options.OutChannels,
            ["resnet_time_scale_shift"] = options.TimeScaleShift ? "scale_shift" : "default",
            ["sample_size"] = square ? options.Height : new JsonArray(options.Height, options.Width),
            ["time_embedding_type"] = "positional",
            ["up_block_types"] = Array(Enumerable.Range(0, levels).Reverse(), level => options.Attends(level) ? AttendingUp : PlainUp),
        };
        if (options.ClassCount is not null)
        {
            json["num_class_embeds"] = options.LabelRows;
            json[NullLabelField] = options.NullLabel;
            if (options.ClassNames is not null) json[ClassNamesField] = Names(options.ClassNames);
        }

        // To diffusers those in the size of x_t are further channels of its input.
        if (options.Conditions.Length > 0) json[ConditionsConfiguration.Field] = ConditionsConfiguration.Write(options.Conditions);

        // diffusers ignores the field and stops at the shapes of the weights.
        if (options.IsSignal) json[DimensionsField] = 1;
        return json;
    }

    /// <summary>
    /// Reads and checks a configuration. Numbers beyond any network that fits a machine are refused before anything is allocated.
    /// </summary>
    /// <exception cref="InvalidDataException">A field is missing, damaged, out of range or not supported.</exception>
    public static UNetOptions Read(ConfigurationReader reader)
    {
        RequireSupported(reader);
        ImmutableArray<int> channels = Channels(reader);
        ImmutableArray<string> down = Levels(reader, channels.Length);
        (int height, int width) = Size(reader);
        IEnumerable<int> attending = Enumerable.Range(0, down.Length).Where(level => down[level] == AttendingDown);
        bool nullLabel = reader.Flag(NullLabelField, false, whenNull: false);
        int? rows = (int?)reader.OptionalWholeNumber("num_class_embeds", 1, MostClasses);
        if (rows == 1 && nullLabel) throw reader.Error("num_class_embeds", $"at least 2 where {NullLabelField} is true");
        ImmutableArray<NetworkCondition> conditions = ConditionsConfiguration.Read(reader);
        int given = SpatialChannels(conditions);
        var options = new UNetOptions
        {
            Conditions = conditions,
            IsSignal = reader.WholeNumber(DimensionsField, 1, 2, 2) == 1,
            ClassCount = rows - (nullLabel ? 1 : 0),
            NullLabel = rows is null || nullLabel,
            ClassNames = Names(reader),
            Height = height,
            Width = width,
            InChannels = (int)reader.WholeNumber("in_channels", 1 + given, MostChannels, 3) - given,
            OutChannels = (int)reader.WholeNumber("out_channels", 1, MostChannels, 3),
            BaseChannels = channels[0],
            ChannelMultipliers = [.. channels.Select(c => c / channels[0])],
            BlocksPerLevel = (int)reader.WholeNumber("layers_per_block", 1, MostBlocks, 2),
            AttentionResolutions = [.. attending.Select(level => height >> level)],
            AttentionHeadChannels = reader.Contains(HeadField) ? (int?)reader.OptionalWholeNumber(HeadField, 1, MostChannels) : 8,
            Dropout = reader.Number("dropout", 0, 1, 0),
            NormGroups = (int)reader.WholeNumber("norm_num_groups", 1, MostChannels, 32),
            NormEpsilon = reader.Number("norm_eps", 0, 1, 1e-5),
            DownsamplePadding = (int)reader.WholeNumber("downsample_padding", 0, 1, 1),
            CosineFirst = reader.Flag("flip_sin_to_cos", true, whenNull: false),
            FrequencyShift = reader.Number("freq_shift", 0, MostChannels, 0),
            MidBlockScale = reader.Number("mid_block_scale_factor", 0, double.MaxValue, 1),
            TimeScaleShift = reader.Choice("resnet_time_scale_shift", [("default", false), ("scale_shift", true)], "default"),
            CenterInput = reader.Flag("center_input_sample", false, whenNull: false),
        };
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{reader.Source}: {InWordsOfTheFile(exception)}", exception);
        }
    }

    private static int SpatialChannels(ImmutableArray<NetworkCondition> conditions) =>
        conditions.Where(condition => !condition.IsVector).Sum(condition => condition.Channels);

    // What diffusers reads nulls as: false, or the default where it replaces None by it.
    private static void RequireSupported(ConfigurationReader reader)
    {
        reader.Choice("_class_name", [("UNet2DModel", true)], "UNet2DModel");
        reader.Choice("act_fn", [("silu", true)], "silu");
        reader.Choice("time_embedding_type", [("positional", true)], "positional");
        reader.Choice("mid_block_type", [("UNetMidBlock2D", true)], "UNetMidBlock2D");
        reader.Choice("downsample_type", [("conv", true)], "conv", whenNull: "conv");
        reader.Choice("upsample_type", [("conv", true)], "conv", whenNull: "conv");
        if (!reader.Flag("add_attention", true, whenNull: false)) throw reader.Error("add_attention", "true");
        foreach (string field in (string[])["time_embedding_dim", "class_embed_type", "attn_norm_num_groups"])
        {
            if (!reader.IsNull(field)) throw reader.Error(field, "absent or null");
        }
    }

    private static ImmutableArray<int> Channels(ConfigurationReader reader)
    {
        const string field = "block_out_channels";
        ImmutableArray<int> channels = [.. reader.WholeNumbers(field, 1, MostChannels, MostLevels).Select(c => (int)c)];
        if (channels.IsEmpty) throw reader.Error(field, "at least one number");
        return channels.All(c => c % channels[0] == 0) ? channels : throw reader.Error(field, "multiples of the first");
    }

    private static ImmutableArray<string> Levels(ConfigurationReader reader, int count)
    {
        ImmutableArray<string> down = reader.Texts("down_block_types", MostLevels), up = reader.Texts("up_block_types", MostLevels);
        if (down.Length != count || down.Any(type => type is not (PlainDown or AttendingDown)))
        {
            throw reader.Error("down_block_types", $"{count} of {PlainDown} and {AttendingDown}");
        }

        string[] mirrored = [.. down.Reverse().Select(type => type.Replace("Down", "Up", StringComparison.Ordinal))];
        return up.SequenceEqual(mirrored)
            ? down
            : throw reader.Error("up_block_types", $"the mirror of down_block_types, {string.Join(", ", mirrored)}");
    }

    /// <summary>Names of classes as a list; null for none.</summary>
    public static JsonArray? Names(ClassNames? names) => names is null ? null : Array(names, name => name);

    /// <summary>Reads names of classes; null where there are none.</summary>
    /// <exception cref="InvalidDataException">The field is damaged, or two names are alike.</exception>
    public static ClassNames? Names(ConfigurationReader reader)
    {
        if (reader.IsNull(ClassNamesField)) return null;
        try
        {
            return new ClassNames(reader.Texts(ClassNamesField, MostClasses));
        }
        catch (ArgumentException exception)
        {
            string message = ArgumentMessage.Of(exception);
            throw new InvalidDataException($"{reader.Source}: {ClassNamesField}{message["names".Length..]}", exception);
        }
    }

    private static (int Height, int Width) Size(ConfigurationReader reader)
    {
        const string field = "sample_size";
        if (!reader.IsList(field)) return ((int)reader.WholeNumber(field, 1, MostPixels), (int)reader.WholeNumber(field, 1, MostPixels));
        ImmutableArray<long> sides = reader.WholeNumbers(field, 1, MostPixels, 2);
        return sides.Length == 2 ? ((int)sides[0], (int)sides[1]) : throw reader.Error(field, "a whole number or a list of two");
    }

    // The checks of UNetOptions name its members; a file's reader knows the fields.
    private static string InWordsOfTheFile(ArgumentException exception)
    {
        string message = ArgumentMessage.Of(exception);
        (string Member, string Field)[] names =
        [
            (nameof(UNetOptions.ChannelMultipliers), "block_out_channels"),
            (nameof(UNetOptions.BaseChannels), "block_out_channels"),
            (nameof(UNetOptions.Height), "sample_size"),
            (nameof(UNetOptions.Width), "sample_size"),
            (nameof(UNetOptions.NormGroups), "norm_num_groups"),
            (nameof(UNetOptions.NormEpsilon), "norm_eps"),
            (nameof(UNetOptions.AttentionHeadChannels), HeadField),
            (nameof(UNetOptions.Dropout), "dropout"),
            (nameof(UNetOptions.FrequencyShift), "freq_shift"),
            (nameof(UNetOptions.MidBlockScale), "mid_block_scale_factor"),
            (nameof(UNetOptions.AttentionResolutions), "down_block_types with sample_size"),
            (nameof(UNetOptions.ClassCount), "num_class_embeds"),
            (nameof(UNetOptions.ClassNames), ClassNamesField),
        ];
        foreach ((string member, string field) in names)
        {
            if (exception.ParamName == member) return message.Replace($"{nameof(UNetOptions)}.{member}", field, StringComparison.Ordinal);
        }

        return message;
    }

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode> node) => [.. items.Select(node)];
}
