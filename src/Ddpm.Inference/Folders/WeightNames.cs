using System.Text.RegularExpressions;

namespace Ddpm.Inference;

/// <summary>
/// The three generations of tensor names of the same network: today's diffusers; diffusers up to 0.16, whose attention has query, key,
/// value and
/// proj_attn; and the port of the authors' own weights (down.0.block.0.…), whose attention has 1×1 convolutions.
/// </summary>
internal static partial class WeightNames
{
    /// <summary>Returns today's name of a tensor; the name itself where it is of no known generation.</summary>
    /// <param name="name">The tensor's name in a file.</param>
    /// <param name="levels">The number of the network's levels: the authors count the way up from the finest.</param>
    public static string Modern(string name, int levels)
    {
        // No layer has such a name: a hostile one must not cost the patterns' time.
        if (name.Length > 500) return name;
        Match old = OldAttention().Match(name);
        if (old.Success) return old.Groups[1].Value + Projection(old.Groups[2].Value) + old.Groups[3].Value;

        Match original = Original().Match(name);
        if (original.Success)
        {
            bool down = original.Groups["way"].Value == "down";
            int level = int.Parse(original.Groups["level"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            string prefix = down ? $"down_blocks.{level}" : $"up_blocks.{levels - 1 - level}";
            return prefix + "." + Part(original.Groups["part"].Value, down);
        }

        foreach ((string from, string to) in Whole)
        {
            if (name.StartsWith(from, StringComparison.Ordinal)) return Inner(to + name[from.Length..]);
        }

        return name;
    }

    private static readonly (string From, string To)[] Whole =
    [
        ("temb.dense.0.", "time_embedding.linear_1."),
        ("temb.dense.1.", "time_embedding.linear_2."),
        ("norm_out.", "conv_norm_out."),
        ("mid.block_1.", "mid_block.resnets.0."),
        ("mid.block_2.", "mid_block.resnets.1."),
        ("mid.attn_1.", "mid_block.attentions.0."),
    ];

    // block.0.…, attn.0.…, downsample.conv.…
    private static string Part(string part, bool down)
    {
        if (part.StartsWith("block.", StringComparison.Ordinal)) return Inner("resnets." + part["block.".Length..]);
        if (part.StartsWith("attn.", StringComparison.Ordinal)) return Inner("attentions." + part["attn.".Length..]);
        (string from, string to) = down ? ("downsample.", "downsamplers.0.") : ("upsample.", "upsamplers.0.");
        return part.Replace(from, to, StringComparison.Ordinal);
    }

    // The names within a residual block and an attention.
    private static string Inner(string name)
    {
        if (!name.Contains("attentions.", StringComparison.Ordinal))
        {
            return name.Replace(".temb_proj.", ".time_emb_proj.", StringComparison.Ordinal)
                .Replace(".nin_shortcut.", ".conv_shortcut.", StringComparison.Ordinal);
        }

        Match match = OriginalAttention().Match(name);
        return match.Success ? match.Groups[1].Value + Projection(match.Groups[2].Value) + match.Groups[3].Value : name;
    }

    private static string Projection(string name) => name switch
    {
        "query" or "q" => "to_q",
        "key" or "k" => "to_k",
        "value" or "v" => "to_v",
        "proj_attn" or "proj_out" => "to_out.0",
        "norm" => "group_norm",
        _ => name,
    };

    [GeneratedRegex(@"^(.*attentions\.\d+\.)(query|key|value|proj_attn)(\..*)$")]
    private static partial Regex OldAttention();

    [GeneratedRegex(@"^(?<way>down|up)\.(?<level>\d{1,4})\.(?<part>.*)$")]
    private static partial Regex Original();

    [GeneratedRegex(@"^(.*attentions\.\d+\.)(norm|q|k|v|proj_out)(\..*)$")]
    private static partial Regex OriginalAttention();
}
