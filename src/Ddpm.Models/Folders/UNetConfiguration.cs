using System.Text.Json.Nodes;

namespace Ddpm.Models;

/// <summary>Between <see cref="UNetOptions"/> and the config.json of diffusers' UNet2DModel.</summary>
internal static class UNetConfiguration
{
    /// <summary>The version of diffusers whose words the files use.</summary>
    public const string FormatVersion = "0.27.0";

    // Ours, which diffusers ignores.
    private const string NullLabelField = "null_class_label", DimensionsField = "spatial_dimensions";

    public static JsonObject Write(UNetOptions options)
    {
        if (options.ChannelMultipliers[0] != 1) throw new NotSupportedException($"UNet2DModel begins with as many channels as its first level has, so that ChannelMultipliers must begin with 1, but begins with {options.ChannelMultipliers[0]}.");
        int levels = options.Levels;
        var json = new JsonObject
        {
            ["_class_name"] = "UNet2DModel",
            ["_diffusers_version"] = FormatVersion,
            ["act_fn"] = "silu",
            ["attention_head_dim"] = options.AttentionHeadChannels,
            ["block_out_channels"] = Array(Enumerable.Range(0, levels).Select(options.Channels)),
            ["center_input_sample"] = options.CenterInput,
            ["down_block_types"] = Array(Enumerable.Range(0, levels).Select(level => options.Attends(level) ? "AttnDownBlock2D" : "DownBlock2D")),
            ["downsample_padding"] = options.DownsamplePadding,
            ["dropout"] = options.Dropout,
            ["flip_sin_to_cos"] = options.CosineFirst,
            ["freq_shift"] = options.FrequencyShift,
            ["in_channels"] = options.InChannels,
            ["layers_per_block"] = options.BlocksPerLevel,
            ["mid_block_scale_factor"] = options.MidBlockScale,
            ["norm_eps"] = options.NormEpsilon,
            ["norm_num_groups"] = options.NormGroups,
            ["out_channels"] = options.OutChannels,
            ["resnet_time_scale_shift"] = options.TimeScaleShift ? "scale_shift" : "default",
            ["sample_size"] = options.IsSignal || options.Height == options.Width ? options.Height : new JsonArray(options.Height, options.Width),
            ["time_embedding_type"] = "positional",
            ["up_block_types"] = Array(Enumerable.Range(0, levels).Reverse().Select(level => options.Attends(level) ? "AttnUpBlock2D" : "UpBlock2D")),
        };
        if (options.ClassCount is not null)
        {
            json["num_class_embeds"] = options.LabelRows;
            json[NullLabelField] = options.NullLabel;
        }

        // diffusers ignores the field and stops at the shapes of the weights.
        if (options.IsSignal) json[DimensionsField] = 1;
        return json;
    }

    public static UNetOptions Read(JsonObject json, string file, List<string> ignored)
    {
        var reader = new ConfigurationReader(json, file);
        reader.Expect("_class_name", "UNet2DModel");
        reader.Expect("act_fn", "silu");
        reader.Expect("time_embedding_type", "positional");
        reader.Expect("mid_block_type", "UNetMidBlock2D");
        reader.Expect("downsample_type", "conv");
        reader.Expect("upsample_type", "conv");
        reader.Expect("add_attention", true);
        foreach (string field in (string[])["time_embedding_dim", "class_embed_type", "attn_norm_num_groups"]) reader.ExpectAbsent(field);
        int[] channels = reader.Require<int[]>("block_out_channels");
        string[] down = reader.Require<string[]>("down_block_types"), up = reader.Require<string[]>("up_block_types");
        (int height, int width) = reader.Node("sample_size") is JsonArray size ? (size[0]!.GetValue<int>(), size[1]!.GetValue<int>()) : (reader.Require<int>("sample_size"), reader.Require<int>("sample_size"));
        if (channels.Length == 0 || channels.Any(c => c % channels[0] != 0)) throw new InvalidDataException($"{file}: block_out_channels must be multiples of the first, but are {string.Join(", ", channels)}.");
        if (down.Length != channels.Length || down.Any(type => type is not ("DownBlock2D" or "AttnDownBlock2D"))) throw new InvalidDataException($"{file}: down_block_types must be {channels.Length} of DownBlock2D and AttnDownBlock2D, but are {string.Join(", ", down)}.");
        string[] mirrored = [.. down.Reverse().Select(type => type.Replace("Down", "Up", StringComparison.Ordinal))];
        if (!up.SequenceEqual(mirrored)) throw new InvalidDataException($"{file}: up_block_types must mirror down_block_types, {string.Join(", ", mirrored)}, but are {string.Join(", ", up)}.");

        bool nullLabel = reader.Get(NullLabelField, false);
        int? rows = reader.Get<int?>("num_class_embeds", null);
        int dimensions = reader.Get(DimensionsField, 2);
        if (dimensions is not (1 or 2)) throw new InvalidDataException($"{file}: {DimensionsField} must be 1 or 2, but is {dimensions}.");
        var options = new UNetOptions
        {
            IsSignal = dimensions == 1,
            ClassCount = rows - (nullLabel ? 1 : 0),
            NullLabel = rows is null || nullLabel,
            Height = height,
            Width = width,
            InChannels = reader.Get("in_channels", 3),
            OutChannels = reader.Get("out_channels", 3),
            BaseChannels = channels[0],
            ChannelMultipliers = [.. channels.Select(c => c / channels[0])],
            BlocksPerLevel = reader.Get("layers_per_block", 2),
            AttentionResolutions = [.. Enumerable.Range(0, down.Length).Where(level => down[level] == "AttnDownBlock2D").Select(level => height >> level)],
            AttentionHeadChannels = reader.Get<int?>("attention_head_dim", reader.Names("attention_head_dim") ? null : 8),
            Dropout = reader.Get("dropout", 0.0),
            NormGroups = reader.Get("norm_num_groups", 32),
            NormEpsilon = reader.Get("norm_eps", 1e-5),
            DownsamplePadding = reader.Get("downsample_padding", 1),
            CosineFirst = reader.Get("flip_sin_to_cos", true),
            FrequencyShift = reader.Get("freq_shift", 0.0),
            MidBlockScale = reader.Get("mid_block_scale_factor", 1.0),
            TimeScaleShift = reader.Get("resnet_time_scale_shift", "default") switch
            {
                "default" => false,
                "scale_shift" => true,
                string other => throw new InvalidDataException($"{file}: resnet_time_scale_shift must be default or scale_shift, but is {other}."),
            },
            CenterInput = reader.Get("center_input_sample", false),
        };
        try
        {
            options.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{file}: {exception.Message}", exception);
        }

        ignored.AddRange(reader.Ignored);
        return options;
    }

    private static JsonArray Array<T>(IEnumerable<T> items) => [.. items.Select(item => (JsonNode?)JsonValue.Create(item))];
}
