using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The layers of a network in training: convolutions, dense layers, attention and normalisations by kernels of this library, forward and
/// backward, and all others by libtorch. Features lie channels last. They compute one part of a batch.
/// </summary>
internal sealed class GradientLayers
{
    private readonly NetworkGraph graph;
    private readonly GradientLayer[] layers;
    private readonly int[][] freed;

    private GradientLayers(NetworkGraph graph, GradientLayer[] layers)
    {
        this.graph = graph;
        this.layers = layers;
        int[] last = new int[graph.Features.Count];
        for (int i = 0; i < layers.Length; i++)
        {
            foreach (Feature input in layers[i].Inputs) last[input.Index] = i;
        }

        freed =
        [
            .. layers.Select((layer, i) => layer.Inputs.Select(input => input.Index).Distinct()
                .Where(input => last[input] == i && !IsGiven(graph.Features[input])).ToArray()),
        ];
    }

    /// <summary>
    /// Returns the layers of a network; null where it has no convolution for the kernels, or a normalisation that is not for them:
    /// libtorch is slow with those where channels lie last.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="operations">Computes all other layers.</param>
    public static GradientLayers? Of(NetworkGraph graph, TorchOperations operations)
    {
        bool isOverImages = graph.Description.SpatialDimensions == 2;
        if (!isOverImages || !graph.Features.Any(ConvolutionLayer.Fits) || graph.Features.Any(NormLayer.IsUnfit)) return null;
        var layers = new List<GradientLayer>();
        foreach (Feature feature in graph.Features)
        {
            bool isUnread = feature != graph.Output && graph.Consumers(feature).Count == 0;
            if (IsGiven(feature) || isUnread || IsJoined(graph, feature)) continue;
            var plain = new TorchLayer(feature, feature.Operation.Inputs, Plain(feature, operations));
            layers.Add(feature.Operation switch
            {
                ConvolutionOperation convolution when ConvolutionLayer.Fits(feature) =>
                    new ConvolutionLayer(feature, convolution, plain),
                ConvolutionOperation or LinearOperation when DenseLayer.Fits(feature) => new DenseLayer(feature, plain),
                SelfAttentionOperation attention when AttentionLayer.Fits(feature) => new AttentionLayer(feature, attention, plain),
                GroupNormOperation norm when NormLayer.Fits(feature) => new NormLayer(feature, norm),
                ActivationOperation when Joined(graph, feature) is { } norm => new NormLayer(feature, norm),
                AddOperation => new SumLayer(feature, Plain(feature, operations)),
                ConcatenateOperation when !feature.IsConditioning => new ConcatenationLayer(feature),
                _ => plain,
            });
        }

        return new GradientLayers(graph, [.. layers]);
    }

    /// <summary>Returns whether the caller gives a feature: x_t or a condition.</summary>
    public static bool IsGiven(Feature feature) => feature.Operation is InputOperation or ConditionOperation;

    /// <summary>Returns where a feature that the caller gives is among them.</summary>
    public static int Place(Feature given) => given.Operation is ConditionOperation condition ? 1 + condition.Index : 0;

    /// <summary>Computes the prediction without history, and saves what the gradients need.</summary>
    /// <param name="part">The examples.</param>
    /// <param name="given">x_t and the conditions, of all examples.</param>
    public Tensor Forward(GradientPart part, Tensor[] given)
    {
        using var noGradient = no_grad();
        Tensor[] values = Values([.. given.Select(each => Detached(part.Of(each)))]);
        for (int i = 0; i < layers.Length; i++)
        {
            part.Begins.Add(part.Saved.Count);
            values[layers[i].Feature.Index] = layers[i].Forward(part, Read(layers[i], values), part.Saved);
            foreach (int input in freed[i]) values[input].Dispose();
        }

        part.Begins.Add(part.Saved.Count);
        part.KeepSaved();
        return values[graph.Output.Index].contiguous();
    }

    /// <summary>
    /// Returns the gradients of x_t and the conditions, null for those that are not asked for; gives the part those of the weights.
    /// </summary>
    /// <param name="part">The examples.</param>
    /// <param name="gradient">The gradient of the prediction, of all examples.</param>
    public Tensor?[] Gradients(GradientPart part, Tensor gradient)
    {
        using var noGradient = no_grad();
        var gradients = new Tensor?[graph.Features.Count];
        gradients[graph.Output.Index] = part.Of(gradient);
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            GradientLayer layer = layers[i];
            if (gradients[layer.Feature.Index] is { } own && part.Needs(layer.Feature))
            {
                Tensor?[] ofInputs = layer.Backward(part, own, part.SavedBy(i));
                own.Dispose();
                for (int input = 0; input < ofInputs.Length; input++)
                {
                    if (ofInputs[input] is { } each) Add(ref gradients[layer.Inputs[input].Index], each);
                }
            }

            part.FreeSavedBy(i);
        }

        var results = new Tensor?[1 + graph.Description.Conditions.Count];
        foreach (Feature feature in graph.Features.Where(IsGiven)) results[Place(feature)] = gradients[feature.Index];
        return results;
    }

    /// <summary>Computes the prediction by operations of libtorch, with history.</summary>
    /// <param name="part">The examples.</param>
    /// <param name="given">x_t and the conditions, of all examples.</param>
    public Tensor Differentiable(GradientPart part, Tensor[] given)
    {
        Tensor[] values = Values(Array.ConvertAll(given, part.Of));
        for (int i = 0; i < layers.Length; i++)
        {
            values[layers[i].Feature.Index] = layers[i].Differentiable(part, Read(layers[i], values), part.SavedBy(i));
        }

        return values[graph.Output.Index];
    }

    // A normalisation that SiLU follows, and nothing else reads.
    private static bool IsJoined(NetworkGraph graph, Feature norm) => NormLayer.Fits(norm) && norm != graph.Output
        && graph.Consumers(norm) is [{ Operation: ActivationOperation { Function: Activation.Silu } }];

    private static GroupNormOperation? Joined(NetworkGraph graph, Feature activation) =>
        activation.Operation.Inputs[0] is { Operation: GroupNormOperation norm } feature && IsJoined(graph, feature) ? norm : null;

    private static Func<GradientPart, Tensor[], Tensor> Plain(Feature feature, TorchOperations operations) => feature.Operation switch
    {
        SinusoidOperation sinusoid => (part, _) => operations.Timesteps(sinusoid, part.Timesteps),
        EmbeddingOperation embedding => (part, _) => operations.Embedding(embedding, part.Labels),
        DropoutOperation => (part, values) => part.Dropout.Apply(values[0]),
        _ => (_, values) => operations.Compute(feature, values),
    };

    private Tensor[] Values(Tensor[] given)
    {
        var values = new Tensor[graph.Features.Count];
        foreach (Feature feature in graph.Features.Where(IsGiven)) values[feature.Index] = given[Place(feature)];
        return values;
    }

    private static void Add(ref Tensor? sum, Tensor part)
    {
        if (sum is null)
        {
            sum = part;
            return;
        }

        Tensor both = sum.Plus(part);
        sum.Dispose();
        part.Dispose();
        sum = both;
    }

    private static Tensor Detached(Tensor given)
    {
        Tensor value = given.detach();
        return value.dim() == 4 ? Nhwc.Of(value) : value;
    }

    private static Tensor[] Read(GradientLayer layer, Tensor[] values) => [.. layer.Inputs.Select(input => values[input.Index])];
}
