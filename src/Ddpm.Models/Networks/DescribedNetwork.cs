using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Runs a network that is defined once, as an <see cref="INetworkDescription"/>: it trains on any device, and samplers compile it on the
/// CPU. The description names the weights.
/// </summary>
/// <remarks>
/// Dispose it to free its weights. Prediction does not change the network: several threads may sample from one network at once.
/// </remarks>
public class DescribedNetwork : nn.Module<Tensor, Tensor, Tensor>, IConditionalEpsilonModel, IStochasticModel, ICompilableModel
{
    private readonly NetworkInput input;
    private readonly Dropout dropout;
    private readonly ForwardProgram predicting;
    private readonly ForwardProgram withDropout;
    private readonly GradientProgram? gradients;
    private InferenceOptions inference = InferenceOptions.Default;

    /// <summary>Creates a network with new random weights.</summary>
    /// <param name="description">The description of its layers.</param>
    /// <param name="seed">The seed of its weights. Networks with the same seed are equal bit for bit.</param>
    /// <exception cref="ArgumentException">The description contradicts itself.</exception>
    public DescribedNetwork(INetworkDescription description, long seed = 0)
        : this(description, nameof(DescribedNetwork), seed, Initialization.Drawn)
    {
    }

    private protected DescribedNetwork(INetworkDescription description, string name, long seed, Initialization initialization)
        : base(Loaded(name))
    {
        Graph = NetworkGraph.Of(description);
        input = new NetworkInput(Graph);
        dropout = new Dropout(Graph.Dropout);
        dropout.Seed(seed);
        using var initializer = new Initializer(seed, initialization);
        Layers = ModuleTree.Register(Graph, initializer, this);
        var operations = new TorchOperations(Graph, Layers, dropout);
        predicting = new ForwardProgram(Graph, operations, training: false);
        withDropout = Graph.Dropout == 0 ? predicting : new ForwardProgram(Graph, operations, training: true);
        if (GradientLayers.Of(Graph, operations) is { } layers) gradients = new GradientProgram(Graph, layers, Layers, dropout);
    }

    /// <summary>Gets the description that defines the network.</summary>
    public INetworkDescription Description => Graph.Description;

    /// <inheritdoc/>
    public bool InTrainingMode => training && Graph.Dropout > 0;

    /// <inheritdoc/>
    public int ClassCount => Description.ClassCount;

    /// <inheritdoc/>
    public bool HasNullLabel => Description.HasNullLabel;

    /// <inheritdoc/>
    public IReadOnlyList<NetworkCondition> Conditions => Description.Conditions;

    /// <summary>
    /// Gets how the network predicts for samplers and other callers of <see cref="Compile(ILogger)"/>. A change takes effect with the next
    /// run.
    /// </summary>
    /// <value>Default: <see cref="InferenceOptions.Default"/>: compiled, weights in float32.</value>
    public InferenceOptions Inference
    {
        get => inference;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            inference = value.Validated();
        }
    }

    /// <summary>
    /// Gets or sets whether a network over images in training mode computes convolutions, dense layers, attention and group normalisations
    /// with kernels of this library, and their gradients too. It does so in float32 on the CPU, for channels in multiples of 16. Otherwise
    /// libtorch computes all layers.
    /// </summary>
    /// <value>Default: true.</value>
    public bool TrainingKernels { get; set; } = true;

    /// <summary>
    /// Gets or sets whether features of images lie channels last in memory, [B, H, W, C], where libtorch computes layer by layer, as on a
    /// GPU. Convolutions of 16-bit types and of TF32 are faster so on many GPUs, and normalisations slower: benchmarks/gpu.sh measures
    /// both. Predictions differ by rounding only, and lie channels first.
    /// </summary>
    /// <value>Default: false.</value>
    public bool ChannelsLast { get; set; }

    /// <summary>What the network computes.</summary>
    internal NetworkGraph Graph { get; }

    /// <summary>Gets why the last backward pass by kernels failed, which an exception of libtorch's does not say; null otherwise.</summary>
    internal Exception? BackwardFailure => gradients?.Failure;

    /// <summary>The weights of each layer, by the layer's name.</summary>
    internal IReadOnlyDictionary<string, LayerParameters> Layers { get; }

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => input.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(BatchConditions));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        input.Check(xt, t);
        NetworkInput.CheckType(xt, Layers.Values.First().Weight);
        using var scope = NewDisposeScope();
        Tensor? labels = input.LabelRows(conditions.Labels, xt);
        Tensor[] tensors = input.Tensors(conditions, xt);
        Tensor prediction = training && TrainingKernels && gradients is not null && gradients.Applies(xt)
            ? gradients.Run(xt, t, labels, tensors)
            : ByLayers(xt, t, labels, tensors);
        return prediction.MoveToOuterDisposeScope();
    }

    /// <summary>Predicts the noise in x_t, without a class if the network has classes.</summary>
    /// <param name="x">The noisy examples x_t, [B, C, …].</param>
    /// <param name="t">The timesteps, int64 [B]. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The prediction, [B, Cout, …]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">A shape does not fit the network.</exception>
    public override Tensor forward(Tensor x, Tensor t) => Predict(x, t);

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed) => dropout.Seed(seed);

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed, int firstExample, int batchSize) => dropout.Seed(seed, firstExample, batchSize);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger) => Compile(logger, VectorWidth.Best);

    /// <summary>Compiles the network into kernels that compute with some numbers at once.</summary>
    internal CompiledModel Compile(ILogger logger, int lanes)
    {
        ArgumentNullException.ThrowIfNull(logger);
        if (ReasonNotToCompile() is { } reason)
        {
            logger.NetworkNotCompiled(reason);
            return new CompiledModel(this);
        }

        RunNetwork run = Inference.ComputeType == ScalarType.BFloat16
            ? new BFloat16Network(this, input, logger)
            : new CompiledNetwork(this, input, new PlanOptions(lanes, Inference.Weights), logger);
        return new CompiledModel(run, run);
    }

    /// <summary>
    /// Begins a time, until disposal, in which <c>backward</c> is called once on each prediction in training mode, for the gradients of the
    /// weights. Where this library's kernels train, it takes less memory so; null elsewhere.
    /// </summary>
    internal IDisposable? AccumulateGradients() => gradients?.Accumulate();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) gradients?.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    // Registered by hand, with the description's names; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }

    // A module of TorchSharp needs libtorch as soon as its base is made.
    private static string Loaded(string name)
    {
        TorchRuntime.EnsureLoaded();
        return name;
    }

    private Tensor ByLayers(Tensor xt, Tensor t, Tensor? labels, Tensor[] conditions)
    {
        ForwardProgram program = training ? withDropout : predicting;
        return ChannelsLast && xt.dim() == 4
            ? program.Run(Nhwc.Of(xt), t, labels, conditions).contiguous()
            : program.Run(xt, t, labels, conditions);
    }

    private string? ReasonNotToCompile()
    {
        if (!Inference.Compile) return $"{nameof(InferenceOptions)}.{nameof(InferenceOptions.Compile)} is false";
        if (InTrainingMode) return "it is in training mode";
        Tensor? other = parameters()
            .FirstOrDefault(weight => weight.dtype != ScalarType.Float32 || weight.device_type != TorchSharp.DeviceType.CPU);
        return other is null ? null : $"its weights are {other.dtype} on {other.device}";
    }
}
