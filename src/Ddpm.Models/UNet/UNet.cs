using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// The U-Net of Ho et al. 2020 (arXiv:2006.11239, appendix B), layer for layer the authors' network, with diffusers' names in its state dict
/// (UNet2DModel) so that weights go both ways. Starts from the authors' initialisation.
/// </summary>
/// <remarks>Dispose it to free its weights. Prediction does not change the network: several threads may sample from one network at once.</remarks>
public sealed class UNet : nn.Module<Tensor, Tensor, Tensor>, IConditionalEpsilonModel, IStochasticModel, ICompilableModel
{
    private readonly ConvolutionLayer convIn;
    private readonly TimeEmbedding timeEmbedding;
    private readonly EmbeddingLayer? classEmbedding;
    private readonly List<DownLevel> downLevels = [];
    private readonly MiddleLevel middle;
    private readonly List<UpLevel> upLevels = [];
    private readonly GroupNormLayer normOut;
    private readonly ConvolutionLayer convOut;
    private readonly Dropout dropout;
    private InferenceOptions inference = InferenceOptions.Default;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="options">Its shape; the paper's CIFAR-10 network by default.</param>
    /// <param name="seed">The seed of its weights: two networks of one seed are bit-equal.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public UNet(UNetOptions? options = null, long seed = 0)
        : this(options ?? UNetOptions.Cifar10, seed, Initialization.Drawn)
    {
    }

    internal UNet(UNetOptions options, long seed, Initialization initialization)
        : base(nameof(UNet))
    {
        Options = options;
        Options.Validate();
        dropout = new Dropout(Options.Dropout);
        dropout.Seed(seed);
        using var initializer = new Initializer(seed, initialization);

        // Layers draw their weights in the order in which diffusers makes them.
        convIn = new ConvolutionLayer(initializer, Options.SpatialDimensions, Options.InChannels, Options.BaseChannels, kernel: 3, padding: 1);
        timeEmbedding = new TimeEmbedding(initializer, Options);
        if (Options.LabelRows > 0) classEmbedding = new EmbeddingLayer(initializer, Options.LabelRows, TimeEmbedding.Features(Options));

        var skipChannels = new Stack<int>([Options.BaseChannels]);
        int channels = Options.BaseChannels;
        for (int level = 0; level < Options.Levels; level++)
        {
            downLevels.Add(new DownLevel(initializer, Options, dropout, level, channels));
            channels = Options.Channels(level);
            int skips = level < Options.Levels - 1 ? Options.BlocksPerLevel + 1 : Options.BlocksPerLevel;
            for (int skip = 0; skip < skips; skip++) skipChannels.Push(channels);
        }

        middle = new MiddleLevel(initializer, Options, dropout);
        for (int level = Options.Levels - 1; level >= 0; level--)
        {
            upLevels.Add(new UpLevel(initializer, Options, dropout, level, channels, skipChannels));
            channels = Options.Channels(level);
        }

        normOut = new GroupNormLayer(initializer, Options.NormGroups, channels, Options.NormEpsilon);
        convOut = new ConvolutionLayer(initializer, Options.SpatialDimensions, channels, Options.OutChannels, kernel: 3, padding: 1, scale: Initializer.NearZero);

        // The order of the state dict: diffusers registers the middle after both ways.
        register_module("conv_in", convIn);
        register_module("time_embedding", timeEmbedding);
        if (classEmbedding is not null) register_module("class_embedding", classEmbedding);
        register_module("down_blocks", nn.ModuleList([.. downLevels]));
        register_module("up_blocks", nn.ModuleList([.. upLevels]));
        register_module("mid_block", middle);
        register_module("conv_norm_out", normOut);
        register_module("conv_out", convOut);
    }

    /// <summary>The shape of the network.</summary>
    public UNetOptions Options { get; }

    /// <inheritdoc/>
    public bool InTrainingMode => training && Options.Dropout > 0;

    /// <inheritdoc/>
    public int ClassCount => Options.ClassCount ?? 0;

    /// <inheritdoc/>
    public bool HasNullLabel => Options.NullLabel;

    /// <summary>How the network predicts for samplers and all others that call <see cref="Compile(ILogger)"/>. A run that has begun goes on as it began.</summary>
    /// <value><see cref="InferenceOptions.Default"/>: compiled, float32.</value>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public InferenceOptions Inference
    {
        get => inference;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            inference = value.Validated();
        }
    }

    /// <summary>How many parameters a network of this shape has, without making one.</summary>
    /// <param name="options">The shape.</param>
    /// <returns>The number of parameters.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static long CountParameters(UNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var network = new UNet(options, 0, Initialization.ShapesOnly);
        return network.parameters().Sum(parameter => parameter.numel());
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
    {
        CheckInput(xt, t);
        using var scope = NewDisposeScope();
        return Forward(xt, t, Labels(labels, xt)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed) => dropout.Seed(seed);

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed, int firstExample, int batchSize) => dropout.Seed(seed, firstExample, batchSize);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger) => Compile(logger, Paths);

    /// <summary>Predicts the noise in x_t; without a label where the network knows labels.</summary>
    /// <param name="x">The noisy images x_t, [B, C, H, W] with H and W multiples of <see cref="UNetOptions.Divisor"/>; signals [B, C, L] where the options say so.</param>
    /// <param name="t">The timesteps, int64 [B]. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The prediction, [B, <see cref="UNetOptions.OutChannels"/>, H, W]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">A shape does not fit the network.</exception>
    public override Tensor forward(Tensor x, Tensor t) => Predict(x, t, null);

    /// <summary>The paths that compiled networks may take: all, but for tests and benchmarks.</summary>
    internal InferencePaths Paths { get; set; } = InferencePaths.All;

    /// <summary>A compiled network that may take some paths only.</summary>
    internal CompiledModel Compile(ILogger logger, InferencePaths paths)
    {
        ArgumentNullException.ThrowIfNull(logger);
        string? reason = ReasonNotToCompile();
        if (reason is null)
        {
            var compiled = new CompiledUNet(this, Inference, paths, logger);
            return new CompiledModel(compiled, compiled);
        }

        logger.NetworkNotCompiled(reason);
        return new CompiledModel(this);
    }

    /// <summary>The network as a plan for images of a size; the caller disposes it.</summary>
    internal UNetPlan Plan(PlanContext context, PlaneSize size)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        // x_t is read as it is: near t = 0 its noise is less than what bfloat16 rounds away.
        PlannedConvolution planIn = convIn.Plan(context, size, ScalarType.Float32), planOut = convOut.Plan(context, size);
        var down = new List<PlannedLevel>();
        foreach (DownLevel level in downLevels)
        {
            if (down.Count > 0) size = size.Halved;
            down.Add(level.Plan(context, size));
        }

        IReadOnlyList<PlannedBlock> planMiddle = middle.Plan(context, size);
        var up = new List<PlannedLevel>();
        foreach (UpLevel level in upLevels)
        {
            if (up.Count > 0) size = size.Doubled;
            up.Add(level.Plan(context, size));
        }

        (Tensor timeWeight, Tensor timeBias) = context.TimeProjections();
        return new UNetPlan
        {
            Time = new PlannedTime(timeEmbedding, classEmbedding, timeWeight, timeBias),
            ConvolutionIn = planIn,
            Down = down,
            Middle = planMiddle,
            Up = up,
            NormOut = normOut.Plan(context, silu: true),
            ConvolutionOut = planOut,
            Tensors = context.Kept,
            Type = context.Type,
            CenterInput = Options.CenterInput,
        };
    }

    /// <summary>The network as a native plan for images of a size; the caller disposes it.</summary>
    /// <param name="lanes">How many numbers its kernels compute with at once.</param>
    /// <param name="batch">How many images.</param>
    /// <param name="size">Their size.</param>
    /// <param name="team">The threads that it runs on.</param>
    internal (NativePlan Plan, LayerPaths Paths) PlanNatively(int lanes, int batch, PlaneSize size, WorkerTeam team)
    {
        using var noGradient = no_grad();
        using var builder = NativePlanBuilder.Create(lanes, batch, team.Threads, Math.Max(Options.InChannels, 2 * Enumerable.Range(0, Options.Levels).Max(Options.Channels)));
        Feature h = builder.Read(Options.InChannels, size, Options.CenterInput);
        timeEmbedding.Append(builder, classEmbedding?.Trained);
        h = convIn.Append(builder, [h]);
        var skips = new Stack<Feature>([h]);
        foreach (DownLevel level in downLevels) h = level.Append(builder, h, skips);
        h = middle.Append(builder, h);
        foreach (UpLevel level in upLevels) h = level.Append(builder, h, skips);
        h = convOut.Append(builder, [normOut.Append(builder, h, null, silu: true)]);
        return (builder.Build(h, team), builder.Paths);
    }

    private string? ReasonNotToCompile()
    {
        if (!Inference.Compile) return $"{nameof(InferenceOptions)}.{nameof(InferenceOptions.Compile)} is false";
        if (Options.IsSignal) return "it is a network over signals";
        if (training && Options.Dropout > 0) return "it is in training mode";
        return parameters().FirstOrDefault(weight => weight.dtype != ScalarType.Float32 || weight.device_type != TorchSharp.DeviceType.CPU) is { } other ? $"its weights are {other.dtype} on {other.device}" : null;
    }

    private Tensor Forward(Tensor x, Tensor t, Tensor? labels)
    {
        if (Options.CenterInput) x = x * 2 - 1;

        Tensor embedding = timeEmbedding.forward(t);
        if (labels is not null) embedding += classEmbedding!.forward(labels);
        Tensor time = F.silu(embedding); // [B, 4·C]; every block begins with this SiLU
        Tensor h = convIn.forward(x);
        var skips = new List<Tensor> { h };
        foreach (DownLevel level in downLevels) h = level.forward(h, time, skips);
        h = middle.forward(h, time);
        foreach (UpLevel level in upLevels) h = level.forward(h, time, skips);
        return convOut.forward(F.silu(normOut.forward(h)));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) dropout.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Throws where the input does not fit the network.</summary>
    internal void CheckInput(Tensor x, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        if (x.dim() != 2 + Options.SpatialDimensions || x.size(1) != Options.InChannels)
        {
            throw new ArgumentException($"x must have the shape [B, {Options.InChannels}, {(Options.IsSignal ? "L" : "H, W")}], but has [{string.Join(", ", x.shape)}].", nameof(x));
        }

        if (x.shape.AsSpan(2).ToArray().Any(size => size == 0 || size % Options.Divisor != 0))
        {
            throw new ArgumentException($"x must have a {(Options.IsSignal ? "length that is a multiple" : "height and width that are multiples")} of {Options.Divisor}, since the network halves them {Options.Levels - 1} times, but has [{string.Join(", ", x.shape)}].", nameof(x));
        }

        if (t.dim() != 1 || t.size(0) != x.size(0))
        {
            throw new ArgumentException($"t must have the shape [{x.size(0)}], one timestep for each image, but has [{string.Join(", ", t.shape)}].", nameof(t));
        }
    }

    /// <summary>The rows of the embedding to take: the label's, or the last where there is none.</summary>
    internal Tensor? Labels(Tensor? labels, Tensor x)
    {
        if (Options.ClassCount is not { } count)
        {
            return labels is null ? null : throw new ArgumentException($"labels must be null, for the network knows none: {nameof(UNetOptions)}.{nameof(UNetOptions.ClassCount)} is null.", nameof(labels));
        }

        if (labels is null)
        {
            return Options.NullLabel ? full(x.size(0), (long)count, int64, x.device) : throw new ArgumentException($"labels must be given, for the network was made without a null label: {nameof(UNetOptions)}.{nameof(UNetOptions.NullLabel)} is false.", nameof(labels));
        }

        if (labels.dim() != 1 || labels.size(0) != x.size(0) || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException($"labels must be int64 [{x.size(0)}], one for each example, but are {labels.dtype} [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        // -1 stands for no label, so that a batch may mix both.
        long smallest = labels.min().item<long>(), largest = labels.max().item<long>(), least = Options.NullLabel ? -1 : 0;
        if (smallest < least || largest >= count) throw new ArgumentOutOfRangeException(nameof(labels), $"labels must be {least} … {count - 1}{(Options.NullLabel ? ", -1 for none" : "")}, but reach from {smallest} to {largest}.");
        return smallest < 0 ? where(labels < 0, count, labels) : labels;
    }

    /// <inheritdoc/>
    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
