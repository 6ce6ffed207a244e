using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Holds a trained network and the process that it was trained for, ready to sample without a tensor library. Several threads may create
/// samplers. Dispose it, after its samplers, to close the file of weights.
/// </summary>
public sealed class InferenceModel : IDisposable
{
    private readonly IDisposable? owned;
    private readonly Func<InferenceSamplerOptions, IBatchNetwork> batches;
    private readonly NetworkGraph? graph;

    /// <summary>Creates a model from a network, its weights and its process.</summary>
    /// <param name="network">The network, such as a <see cref="UNetDescription"/> or an <see cref="MlpDescription"/>.</param>
    /// <param name="weights">The weights, which each sampler reads when it first predicts; the caller keeps them.</param>
    /// <param name="process">The process that the network was trained for.</param>
    /// <param name="sampleShape">
    /// The shape of one sample, [C, H, W] or [C, L]. Default: that of a U-Net's options, [C] for vectors; otherwise requests state it.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The description contradicts itself, or the output of the network does not fit the process.
    /// </exception>
    public InferenceModel(
        INetworkDescription network, IWeightSource weights, ProcessDescription process, IReadOnlyList<int>? sampleShape = null)
        : this(NetworkGraph.Of(network), weights, process, sampleShape)
    {
    }

    /// <summary>Creates a model from a network that something else computes and its process.</summary>
    /// <param name="network">The network; disposed with the model where it can be.</param>
    /// <param name="process">The process that the network was trained for.</param>
    /// <param name="sampleShape">The shape of one sample. Default: [C] for vectors; otherwise requests say it.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    public InferenceModel(ISpanNetwork network, ProcessDescription process, IReadOnlyList<int>? sampleShape = null)
        : this(Elsewhere(network), network.OutChannels, network.SizeMultiple, process, sampleShape, network as IDisposable,
            _ => new ForeignBatches(network))
    {
    }

    private InferenceModel(
        NetworkGraph graph, IWeightSource weights, ProcessDescription process, IReadOnlyList<int>? sampleShape, IDisposable? owned = null)
        : this(graph.Description, graph.Output.Channels, graph.SizeMultiple, process, sampleShape, owned, Compiled(graph, weights))
    {
        this.graph = graph;
    }

    private InferenceModel(
        INetworkDescription network, int outputs, int multiple, ProcessDescription process, IReadOnlyList<int>? shape, IDisposable? owned,
        Func<InferenceSamplerOptions, IBatchNetwork> batches)
    {
        ArgumentNullException.ThrowIfNull(process);
        (Network, OutChannels, SizeMultiple, Process, this.owned) = (network, outputs, multiple, process, owned);
        this.batches = batches;
        SampleShape = shape is not null ? [.. shape] : ShapeOf(network);
        Schedule = process.VisitedSchedule;
        // Throws where a name is unknown or the parts do not go together.
        new ReverseProcess(process, Schedule).RequireFit(Network, OutChannels);
    }

    /// <summary>Gets the description of the network.</summary>
    public INetworkDescription Network { get; }

    /// <summary>Gets the process that the network was trained for.</summary>
    public ProcessDescription Process { get; }

    /// <summary>Gets the shape of one sample; null if the network accepts several shapes and none was given.</summary>
    public ImmutableArray<int>? SampleShape { get; }

    /// <summary>Gets the names of the network's classes, which give labels for requests; null where they have numbers only.</summary>
    public ClassNames? ClassNames => Network.ClassNames;

    /// <summary>The schedule of the process, over the timesteps that it retains.</summary>
    internal IVarianceSchedule Schedule { get; }

    /// <summary>The channels of a prediction.</summary>
    internal int OutChannels { get; }

    /// <summary>What the sizes of a sample must be multiples of.</summary>
    internal int SizeMultiple { get; }

    /// <summary>
    /// Reads a model folder in the layout of diffusers' DDPMPipeline; reading is strict: every weight must exist, and no other weight may.
    /// </summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="options">The settings of reading. Default: the folder's own process.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing, or the only weights are a pickle.</exception>
    /// <exception cref="InvalidDataException">
    /// A configuration is damaged or has an unsupported setting, network and process disagree, or the weights do not fit; the message names
    /// the problem.
    /// </exception>
    /// <exception cref="SafetensorsException">The weights are damaged.</exception>
    public static InferenceModel Load(string folder, InferenceLoadOptions? options = null) => Open(folder, null, options);

    /// <summary>Reads a model folder of a network that your program describes.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="description">The description that the network was saved with.</param>
    /// <param name="options">With which process. Default: the folder's own.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The description is of another kind than the folder's.</exception>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged, or the weights do not fit.</exception>
    /// <exception cref="SafetensorsException">The weights are damaged.</exception>
    public static InferenceModel Load(string folder, INetworkDescription description, InferenceLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        return Open(folder, description, options);
    }

    private static InferenceModel Open(string folder, INetworkDescription? given, InferenceLoadOptions? options)
    {
        options ??= InferenceLoadOptions.Default;
        (INetworkDescription network, ProcessDescription? own, _, _) = ModelDescription.ReadAny(folder, given);
        ProcessDescription process = options.Process ?? own ?? throw new FileNotFoundException(
            $"{folder} holds a network alone: it has no {ModelLayout.Scheduler}/{ModelLayout.SchedulerConfiguration}. "
            + $"Give the process that it was trained for as {nameof(InferenceLoadOptions)}.{nameof(InferenceLoadOptions.Process)}.");
        NetworkGraph graph = NetworkGraph.Of(network);
        const string kind = nameof(InferenceLoadOptions);
        ModelWeights weights = ModelWeights.Open(folder, network, options.WeightPrefix, options.Variant, kind);
        try
        {
            weights.Match(graph).RequireComplete(weights.FilePath, weights.Prefixes, $"{kind}.{nameof(options.WeightPrefix)}");
            weights.RequireRange();
            if (options.VerifyDigest) weights.VerifyDigest();
            return new InferenceModel(graph, weights, process, null, weights);
        }
        catch (ArgumentException exception) when (options.Process is null)
        {
            weights.Dispose();
            throw new InvalidDataException($"{folder}: {ArgumentMessage.Of(exception)}", exception);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Creates a sampler of this model.</summary>
    /// <param name="method">The sampling method.</param>
    /// <param name="options">The settings of the sampler. Default: the method's.</param>
    /// <returns>The sampler; the caller disposes it before the model. Each thread needs a separate sampler.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the method cannot sample the process.</exception>
    public InferenceSampler CreateSampler(SamplingMethod method, InferenceSamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        return new InferenceSampler(this, method, (options ?? InferenceSamplerOptions.Default).Validated(method));
    }

    /// <summary>Closes the file of weights if the model was loaded from a folder, or frees the network that it was made of.</summary>
    public void Dispose() => owned?.Dispose();

    /// <summary>The number of weights; null where something else computes the network.</summary>
    internal long? ParameterCount => graph?.Parameters.Sum(parameter => parameter.Count);

    /// <summary>
    /// The rows of a batch of pictures from which a sample has the same bits in every batch; <see cref="int.MaxValue"/> where something
    /// else computes the network.
    /// </summary>
    internal int RowsOfOneWay(int height, int width) =>
        graph is null ? int.MaxValue : TransformRule.RowsOfOneWay(graph, new PlaneSize(height, width));

    /// <summary>Throws where this model cannot be the weaker one in the guidance of another.</summary>
    /// <exception cref="ArgumentException">Samples, classes, conditions or process differ.</exception>
    internal void RequireLike(InferenceModel model)
    {
        if (WeakModelRules.Difference(model.Network, model.Process, Network, Process) is not { } difference) return;
        throw new ArgumentException(
            $"WeakModel must have the {difference.What} of the model, \"{difference.Expected}\", but has \"{difference.Actual}\".");
    }

    /// <summary>The network for one sampler.</summary>
    internal IBatchNetwork Batches(InferenceSamplerOptions options) => batches(options);

    /// <summary>The shape of one sample that a description states; null where it states none.</summary>
    internal static ImmutableArray<int>? ShapeOf(INetworkDescription network) => network switch
    {
        UNetDescription described => described.Options.SampleShape,
        { SpatialDimensions: 0 } => [network.InChannels],
        _ => null,
    };

    private static Func<InferenceSamplerOptions, IBatchNetwork> Compiled(NetworkGraph graph, IWeightSource weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var shared = new SharedWeights(graph, weights);
        return options => new CompiledBatches(
            shared, new PlanOptions(VectorWidth.Best, options.Weights), options.Threads ?? Environment.ProcessorCount);
    }

    private static ComputedElsewhere Elsewhere(ISpanNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new ComputedElsewhere(network);
    }
}
