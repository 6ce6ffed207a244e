using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>What each operation of a described network is in libtorch.</summary>
/// <param name="graph">The network.</param>
/// <param name="layers">The weights of its layers.</param>
/// <param name="dropout">Draws what dropout zeroes.</param>
internal class TorchOperations(NetworkGraph graph, IReadOnlyDictionary<string, LayerParameters> layers, Dropout dropout)
{
    private static readonly double[] TwicePlane = [2, 2], TwiceLine = [2];
    private static readonly long[] PadPlane = [0, 1, 0, 1], PadLine = [0, 1];
    private readonly int dimensions = graph.Description.SpatialDimensions;

    /// <summary>Computes a feature of others; a fresh tensor.</summary>
    public Tensor Compute(Feature feature, Tensor[] inputs)
    {
        Tensor x = inputs[0];
        return feature.Operation switch
        {
            ConvolutionOperation convolution => Convolution(convolution, x),
            LinearOperation linear => Linear(layers[linear.Name], x),
            GroupNormOperation norm => GroupNorm(norm, x),
            ActivationOperation { Function: Activation.Silu } => F.silu(x),
            ActivationOperation { Function: Activation.Relu } => F.relu(x),
            ActivationOperation { Function: Activation.Tanh } => x.tanh(),
            AddOperation when feature.Operation.Inputs[1].IsConditioning && !feature.IsConditioning => Add(x, inputs[1]),
            AddOperation => x.Plus(inputs[1]),
            DivideOperation divide => x.Over(divide.Divisor),
            AffineOperation affine => Affine(x, affine),
            ModulateOperation => Modulate(x, inputs[1]),
            ConcatenateOperation => cat([x, inputs[1]], 1),
            UpsampleOperation => F.interpolate(x, scale_factor: dimensions == 1 ? TwiceLine : TwicePlane, mode: InterpolationMode.Nearest),
            SelfAttentionOperation attention => SelfAttention(attention, x),
            DropoutOperation => dropout.Apply(x),
            _ => throw new InvalidOperationException($"{feature.Operation.GetType().Name} has no operation of libtorch."),
        };
    }

    /// <summary>Returns [sin(t f) | cos(t f)], float32 [B, channels].</summary>
    public static Tensor Sinusoid(SinusoidOperation sinusoid, Tensor t)
    {
        using var scope = NewDisposeScope();
        using Scalar zero = 0L, one = 1L, half = (long)sinusoid.Half;
        Tensor frequencies = arange(zero, half, one, float32, t.device).Times(-Math.Log(10000))
            .Over(sinusoid.Half - sinusoid.FrequencyShift).exp();
        Tensor angle = t.to(float32).unsqueeze(1) * frequencies.unsqueeze(0); // [B, half]
        Tensor embedding = sinusoid.CosineFirst ? cat([angle.cos(), angle.sin()], 1) : cat([angle.sin(), angle.cos()], 1);
        if (sinusoid.Channels % 2 == 1) embedding = F.pad(embedding, PadLine);
        return embedding.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Returns the sines and cosines of the timesteps in the type of the weights: computed in float32 whatever that is, as in diffusers.
    /// </summary>
    public Tensor Timesteps(SinusoidOperation sinusoid, Tensor t)
    {
        using var scope = NewDisposeScope();
        return Sinusoid(sinusoid, t).to(layers.Values.First().Weight.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Returns the rows of a table, [B, channels].</summary>
    public Tensor Embedding(EmbeddingOperation embedding, Tensor rows) => layers[embedding.Name].Weight.index_select(0, rows);

    /// <summary>Normalises groups of channels.</summary>
    protected virtual Tensor GroupNorm(GroupNormOperation norm, Tensor x) =>
        F.group_norm(x, norm.Groups, layers[norm.Name].Weight, layers[norm.Name].Bias, norm.Epsilon);

    // Over the channels of each pixel: [B, C, …] → [B, C', …].
    private static Tensor Linear(LayerParameters layer, Tensor x)
    {
        if (x.dim() == 2) return F.linear(x, layer.Weight, layer.Bias);
        using var scope = NewDisposeScope();
        return Pixels(F.linear(Tokens(x), layer.Weight, layer.Bias), x).MoveToOuterDisposeScope();
    }

    private static Tensor Affine(Tensor x, AffineOperation affine)
    {
        using Tensor product = x.Times(affine.Multiplier);
        return product.Plus(affine.Addend);
    }

    private static Tensor Modulate(Tensor x, Tensor scaleAndShift)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = OverPixels(scaleAndShift, x).chunk(2, 1);
        return (x * parts[0].Plus(1)).Plus(parts[1]).MoveToOuterDisposeScope();
    }

    private static Tensor Add(Tensor x, Tensor vector)
    {
        using var scope = NewDisposeScope();
        return x.Plus(OverPixels(vector, x)).MoveToOuterDisposeScope();
    }

    // [B, C] → [B, C, 1, 1], or [B, C, 1] for signals.
    private static Tensor OverPixels(Tensor vector, Tensor x)
    {
        for (long axis = vector.dim(); axis < x.dim(); axis++) vector = vector.unsqueeze(-1);
        return vector;
    }

    // [B, C, …] → [B, pixels, C].
    private static Tensor Tokens(Tensor x) => x.reshape(x.size(0), x.size(1), -1).transpose(1, 2);

    // [B, pixels, C] → [B, C, …] in the size of another.
    private static Tensor Pixels(Tensor tokens, Tensor like) =>
        tokens.transpose(1, 2).reshape([like.size(0), tokens.size(2), .. like.shape.AsSpan(2)]);

    // [B, pixels, C] → [B, heads, pixels, C/heads].
    private static Tensor Heads(Tensor tokens, int heads) => tokens.view(tokens.size(0), tokens.size(1), heads, -1).transpose(1, 2);

    private Tensor SelfAttention(SelfAttentionOperation attention, Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor tokens = Tokens(x);
        Tensor[] each = [.. attention.Names.Select(
            name => Heads(F.linear(tokens, layers[name].Weight, layers[name].Bias), attention.Heads))];
        Tensor attended = F.scaled_dot_product_attention(each[0], each[1], each[2]);
        return Pixels(attended.transpose(1, 2).reshape(x.size(0), tokens.size(1), x.size(1)), x).MoveToOuterDisposeScope();
    }

    private Tensor Convolution(ConvolutionOperation convolution, Tensor x)
    {
        LayerParameters layer = layers[convolution.Name];
        using Tensor? padded = convolution.Padding == ConvolutionPadding.RightAndBottom
            ? F.pad(x, dimensions == 1 ? PadLine : PadPlane)
            : null;
        long stride = convolution.Stride, padding = padded is null ? convolution.Kernel / 2 : 0;
        return dimensions == 1
            ? F.conv1d(padded ?? x, layer.Weight, layer.Bias, stride, padding)
            : F.conv2d(padded ?? x, layer.Weight, layer.Bias, [stride, stride], [padding, padding]);
    }
}
