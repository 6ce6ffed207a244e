using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>Attention of a plan, channels last: what the network has as three projections is one.</summary>
internal sealed class PlannedAttention
{
    /// <summary>The normalisation; null for none.</summary>
    public required PlannedNorm? Norm { get; init; }

    /// <summary>Query, key and value under each other, [3C, C].</summary>
    public required Tensor Weight { get; init; }

    public required Tensor Bias { get; init; }

    public required Tensor ProjectionWeight { get; init; }

    public required Tensor ProjectionBias { get; init; }

    public required int Heads { get; init; }

    public required double OutputScale { get; init; }

    /// <summary>The block; a fresh tensor.</summary>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = TensorMemory.ChannelsLast(x);
        long batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3), pixels = height * width;
        Tensor normal = Norm?.Apply(x) ?? x;
        Tensor projected = F.linear(Tokens(normal), Weight, Bias).view(batch, pixels, 3, Heads, channels / Heads); // [B, HW, 3, heads, C/heads]
        Tensor query = projected.select(2, 0).transpose(1, 2), key = projected.select(2, 1).transpose(1, 2), value = projected.select(2, 2).transpose(1, 2);
        Tensor attended = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(batch, pixels, channels); // [B, HW, C]
        Tensor result = F.linear(attended, ProjectionWeight, ProjectionBias);
        result.add_(Tokens(x));
        if (OutputScale != 1) result.div_(OutputScale);
        return result.view(batch, height, width, channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }


    // [B, C, H, W], channels last → [B, HW, C], the same memory.
    private static Tensor Tokens(Tensor x) => x.permute(0, 2, 3, 1).view(x.size(0), x.size(2) * x.size(3), x.size(1));
}
