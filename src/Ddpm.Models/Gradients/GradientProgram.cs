using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A network over images in training on the CPU in float32: 3×3 convolutions and normalisations by kernels of this library, forward and
/// backward, and all other layers by libtorch. Features lie channels last.
/// </summary>
internal sealed class GradientProgram : IDisposable
{
    private readonly IReadOnlyDictionary<string, LayerParameters> parameters;
    private readonly GradientLayer[] layers;
    private readonly int[][] freed;
    private readonly object gate = new();
    private TrainingKernels? kernels;
    private Tensor?[] returned = [];

    private GradientProgram(NetworkGraph graph, IReadOnlyDictionary<string, LayerParameters> parameters, GradientLayer[] layers)
    {
        Graph = graph;
        this.parameters = parameters;
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

    public NetworkGraph Graph { get; }

    /// <summary>Gets how many tensors a prediction is given beside the weights: x_t and the conditions.</summary>
    public int GivenCount => 1 + Graph.Description.Conditions.Count;

    /// <summary>Gets the kernels, for the thread that computes.</summary>
    public TrainingKernels Kernels
    {
        get
        {
            kernels ??= TrainingKernels.Create(VectorWidth.Best, get_num_threads());
            if (kernels.Threads > 1) OpenMpThreads.ReleaseIdleThreads();
            return kernels;
        }
    }

    /// <summary>
    /// Returns the program of a network; null where it has no convolution for the kernels, or a normalisation that is not for them:
    /// libtorch is slow with those where channels lie last.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">The weights of its layers.</param>
    /// <param name="operations">Computes all other layers.</param>
    public static GradientProgram? Of(
        NetworkGraph graph, IReadOnlyDictionary<string, LayerParameters> parameters, TorchOperations operations)
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
                ConvolutionOperation when ConvolutionLayer.Fits(feature) => new ConvolutionLayer(feature, plain),
                GroupNormOperation norm when NormLayer.Fits(feature) => new NormLayer(feature, norm),
                ActivationOperation when Joined(graph, feature) is { } norm => new NormLayer(feature, norm),
                AddOperation => new SumLayer(feature, Plain(feature, operations)),
                ConcatenateOperation when !feature.IsConditioning => new ConcatenationLayer(feature),
                _ => plain,
            });
        }

        return new GradientProgram(graph, parameters, [.. layers]);
    }

    /// <summary>Returns whether a prediction is one that the program computes.</summary>
    public bool Applies(Tensor x) => is_grad_enabled() && IsPlain(x) && Graph.Parameters.All(parameter => IsPlain(Parameter(parameter)));

    /// <summary>Returns a weight.</summary>
    public Tensor Parameter(ParameterShape parameter)
    {
        int dot = parameter.Name.LastIndexOf('.');
        LayerParameters layer = parameters[parameter.Name[..dot]];
        return parameter.Name.AsSpan(dot + 1) is "weight" ? layer.Weight : layer.Bias;
    }

    /// <summary>Returns the prediction, whose graph leads to x_t, the conditions and the weights; a fresh tensor.</summary>
    /// <param name="x">x_t, [B, C, H, W].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; null where the network knows no classes.</param>
    /// <param name="conditions">The conditions, in the order of the description.</param>
    public Tensor Run(Tensor x, Tensor t, Tensor? labels, Tensor[] conditions)
    {
        using var scope = NewDisposeScope();
        var call = new GradientCall(this, x, t, labels, conditions);
        return NetworkFunction.apply([call, x, .. conditions, .. Graph.Parameters.Select(Parameter)]).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the prediction layer by layer, without history.</summary>
    /// <param name="call">The prediction.</param>
    /// <param name="given">x_t and the conditions.</param>
    /// <param name="saved">Takes what the gradients need.</param>
    public Tensor Forward(GradientCall call, Tensor[] given, List<Tensor> saved)
    {
        lock (gate)
        {
            FreeReturned();
            Tensor[] values = Values(Array.ConvertAll(given, Detached));
            for (int i = 0; i < layers.Length; i++)
            {
                call.Begins.Add(saved.Count);
                values[layers[i].Feature.Index] = layers[i].Forward(call, Read(layers[i], values), saved);
                foreach (int input in freed[i]) values[input].Dispose();
            }

            // What the network was given, with its history: gradients of gradients need it.
            call.Begins.Add(saved.Count);
            saved.AddRange([.. given, call.Timesteps]);
            if (call.Labels is not null) saved.Add(call.Labels);
            return values[Graph.Output.Index].contiguous();
        }
    }

    /// <summary>Returns the gradients of x_t, the conditions and the weights; null for those that are not asked for.</summary>
    /// <param name="call">The prediction.</param>
    /// <param name="gradient">The gradient of the prediction.</param>
    /// <param name="saved">What <see cref="Forward"/> saved; disposed.</param>
    /// <returns>The gradients, which live until the next call.</returns>
    public Tensor?[] Backward(GradientCall call, Tensor gradient, List<Tensor> saved)
    {
        lock (gate)
        {
            FreeReturned();
            using var scope = NewDisposeScope();
            Tensor?[] results = is_grad_enabled() ? DifferentiableGradients(call, gradient, saved) : Gradients(call, gradient, saved);
            foreach (Tensor? result in results) result?.DetachFromDisposeScope();
            foreach (Tensor tensor in saved) tensor.Dispose();
            // libtorch reads them after the return.
            return returned = results;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            FreeReturned();
            kernels?.Dispose();
            kernels = null;
        }
    }

    private static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU;

    private static bool IsGiven(Feature feature) => feature.Operation is InputOperation or ConditionOperation;

    // A normalisation that SiLU follows, and nothing else reads.
    private static bool IsJoined(NetworkGraph graph, Feature norm) => NormLayer.Fits(norm) && norm != graph.Output
        && graph.Consumers(norm) is [{ Operation: ActivationOperation { Function: Activation.Silu } }];

    private static GroupNormOperation? Joined(NetworkGraph graph, Feature activation) =>
        activation.Operation.Inputs[0] is { Operation: GroupNormOperation norm } feature && IsJoined(graph, feature) ? norm : null;

    private static Func<GradientCall, Tensor[], Tensor> Plain(Feature feature, TorchOperations operations) => feature.Operation switch
    {
        SinusoidOperation sinusoid => (call, _) => operations.Timesteps(sinusoid, call.Timesteps),
        EmbeddingOperation embedding => (call, _) => operations.Embedding(embedding, call.Labels!),
        _ => (_, values) => operations.Compute(feature, values),
    };

    private Tensor[] Values(Tensor[] given)
    {
        var values = new Tensor[Graph.Features.Count];
        foreach (Feature feature in Graph.Features.Where(IsGiven)) values[feature.Index] = given[Place(feature)];
        return values;
    }

    private Tensor?[] Gradients(GradientCall call, Tensor gradient, List<Tensor> saved)
    {
        var gradients = new Tensor?[Graph.Features.Count];
        gradients[Graph.Output.Index] = gradient.alias();
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            GradientLayer layer = layers[i];
            if (gradients[layer.Feature.Index] is not { } own || !call.Needs(layer.Feature)) continue;
            Tensor?[] parts = layer.Backward(call, own, Saved(call, i, saved));
            own.Dispose();
            for (int input = 0; input < parts.Length; input++)
            {
                if (parts[input] is { } part) Add(ref gradients[layer.Inputs[input].Index], part);
            }
        }

        var results = new Tensor?[GivenCount];
        foreach (Feature feature in Graph.Features.Where(IsGiven)) results[Place(feature)] = gradients[feature.Index];
        return [.. results, .. Graph.Parameters.Select(call.Take)];
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

    // The caller wants to differentiate the gradients: libtorch computes the prediction again, with all of its own history.
    private Tensor?[] DifferentiableGradients(GradientCall call, Tensor gradient, List<Tensor> saved)
    {
        List<Tensor> given = saved[call.Begins[^1]..];
        call.Timesteps = given[GivenCount];
        call.Labels = given.ElementAtOrDefault(GivenCount + 1);
        Tensor[] values = Values([.. given.Take(GivenCount)]);
        for (int i = 0; i < layers.Length; i++)
        {
            values[layers[i].Feature.Index] = layers[i].Differentiable(call, Read(layers[i], values), Saved(call, i, saved));
        }

        Tensor[] all = [.. given.Take(GivenCount), .. Graph.Parameters.Select(Parameter)];
        var gradients = new Queue<Tensor>(autograd.grad(
            [values[Graph.Output.Index]], [.. all.Where(tensor => tensor.requires_grad)], [gradient], retain_graph: true,
            create_graph: true, allow_unused: true));
        return [.. all.Select(tensor => tensor.requires_grad ? gradients.Dequeue() : null)];
    }

    private static Tensor Detached(Tensor given)
    {
        Tensor value = given.detach();
        return value.dim() == 4 ? Nhwc.Of(value) : value;
    }

    private static Tensor[] Read(GradientLayer layer, Tensor[] values) => [.. layer.Inputs.Select(input => values[input.Index])];

    private static List<Tensor> Saved(GradientCall call, int layer, List<Tensor> saved) =>
        saved[call.Begins[layer]..call.Begins[layer + 1]];

    // Where a tensor that the caller gives is among them.
    private static int Place(Feature given) => given.Operation is ConditionOperation condition ? 1 + condition.Index : 0;

    private void FreeReturned()
    {
        foreach (Tensor? tensor in returned) tensor?.Dispose();
        returned = [];
    }
}
