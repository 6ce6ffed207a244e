using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// A trained network and the process that it was trained for, ready to sample without a tensor library. Several threads may create
/// samplers. Dispose it, after its samplers, to close the file of weights.
/// </summary>
public sealed class InferenceModel : IDisposable
{
    private readonly IDisposable? owned;
    private readonly SharedWeights weights;

    /// <summary>Puts a network, its weights and its process together.</summary>
    /// <param name="network">The network, such as a <see cref="UNetDescription"/> or an <see cref="MlpDescription"/>.</param>
    /// <param name="weights">The weights, which each sampler reads when it first predicts; they stay the caller's.</param>
    /// <param name="process">The process that the network was trained for.</param>
    /// <param name="sampleShape">
    /// The shape of one sample, [C, H, W] or [C, L]. Default: that of a U-Net's options, [C] for vectors; otherwise requests say it.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The description contradicts itself, or the network does not put out what the process needs.
    /// </exception>
    public InferenceModel(
        INetworkDescription network, IWeightSource weights, ProcessDescription process, IReadOnlyList<int>? sampleShape = null)
        : this(NetworkGraph.Of(network), weights, process, sampleShape)
    {
    }

    private InferenceModel(
        NetworkGraph graph, IWeightSource weights, ProcessDescription process, IReadOnlyList<int>? sampleShape, IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(process);
        (Graph, Process, this.owned) = (graph, process, owned);
        this.weights = new SharedWeights(graph, weights);
        SampleShape = sampleShape is not null ? [.. sampleShape] : ShapeOf(graph.Description);
        Schedule = process.Timesteps is { } retained ? new RespacedSchedule(process.Schedule, retained) : process.Schedule;
        // Throws where a name is unknown or the parts do not go together.
        RequireFit(new ReverseProcess(process, Schedule).Variance);
    }

    /// <summary>The network.</summary>
    public INetworkDescription Network => Graph.Description;

    /// <summary>The process that the network was trained for.</summary>
    public ProcessDescription Process { get; }

    /// <summary>The shape of one sample; null where the network takes several and none was given.</summary>
    public ImmutableArray<int>? SampleShape { get; }

    /// <summary>The names of the network's classes, which give labels for requests; null where they have numbers only.</summary>
    public ClassNames? ClassNames => Network.ClassNames;

    /// <summary>The schedule of the process, over the timesteps that it retains.</summary>
    internal IVarianceSchedule Schedule { get; }

    /// <summary>The layers.</summary>
    internal NetworkGraph Graph { get; }

    /// <summary>
    /// Reads a model folder in the layout of diffusers' DDPMPipeline; strictly: every weight must be there, and none besides.
    /// </summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="options">With which process. Default: the folder's own.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing, or there is none but a pickle.</exception>
    /// <exception cref="InvalidDataException">
    /// A configuration is damaged or says what is not supported, network and process disagree, or the weights do not fit; the message names
    /// it.
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
        (INetworkDescription network, ProcessDescription? own, _) = ModelDescription.ReadAny(folder, given);
        ProcessDescription process = options.Process ?? own ?? throw new FileNotFoundException(
            $"{folder} holds a network alone: it has no {ModelLayout.Scheduler}/{ModelLayout.SchedulerConfiguration}. "
            + $"Give the process that it was trained for as {nameof(InferenceLoadOptions)}.{nameof(InferenceLoadOptions.Process)}.");
        NetworkGraph graph = NetworkGraph.Of(network);
        ModelWeights weights = ModelWeights.Open(folder, network, options.WeightPrefix);
        try
        {
            weights.Match(graph).RequireComplete(weights.FilePath, weights.Prefixes, nameof(InferenceLoadOptions));
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

    /// <summary>Makes a sampler.</summary>
    /// <param name="method">How it steps.</param>
    /// <param name="options">In how many steps, with which noise. Default: the method's.</param>
    /// <returns>The sampler; the caller disposes it before the model. Each thread needs one of its own.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the method cannot sample the process.</exception>
    public InferenceSampler CreateSampler(SamplingMethod method, InferenceSamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        return new InferenceSampler(this, weights, method, (options ?? InferenceSamplerOptions.Default).Validated(method));
    }

    /// <summary>Closes the file of weights, where the model was loaded from a folder.</summary>
    public void Dispose() => owned?.Dispose();

    private static ImmutableArray<int>? ShapeOf(INetworkDescription network) => network switch
    {
        UNetDescription described => described.Options.SampleShape,
        { SpatialDimensions: 0 } => [network.InChannels],
        _ => null,
    };

    private void RequireFit(SpanVariance variance)
    {
        int expected = variance.OutputsPerElement * Network.InChannels, actual = Graph.Output.Channels;
        if (actual == expected) return;
        throw new ArgumentException($"network must put out {expected} channels for {Network.InChannels} with the variance " +
            $"{Process.Variance}, but puts out {actual}.");
    }
}
