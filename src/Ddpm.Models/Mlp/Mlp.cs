using Ddpm.Core;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// A network for vectors, such as rows of a table: residual blocks of dense layers, each told the timestep as the U-Net's are. [B, D] → [B, D].
/// Begins as (almost) nothing, as the U-Net does.
/// </summary>
/// <remarks>Dispose it to free its weights. Prediction does not change the network: several threads may sample from one network at once.</remarks>
public sealed class Mlp : nn.Module<Tensor, Tensor, Tensor>, IEpsilonModel, IStochasticModel
{
    private readonly TimeEmbedding timeEmbedding;
    private readonly LinearLayer input;
    private readonly List<MlpBlock> blocks = [];
    private readonly GroupNormLayer normOut;
    private readonly LinearLayer output;
    private readonly Dropout dropout;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="seed">The seed of its weights: two networks of one seed are bit-equal.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Mlp(MlpOptions options, long seed = 0)
        : base(nameof(Mlp))
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Validated();
        dropout = new Dropout(options.Dropout);
        dropout.Seed(seed);
        using var initializer = new Initializer(seed);
        timeEmbedding = new TimeEmbedding(initializer, options.TimeChannels, options.Width, frequencyShift: 1, cosineFirst: false);
        input = new LinearLayer(initializer, options.Dimensions, options.Width);
        for (int block = 0; block < options.Blocks; block++) blocks.Add(new MlpBlock(initializer, options.Width, dropout));
        normOut = new GroupNormLayer(initializer, 1, options.Width, 1e-6);
        output = new LinearLayer(initializer, options.Width, options.Outputs ?? options.Dimensions, scale: Initializer.NearZero);

        register_module("time_embedding", timeEmbedding);
        register_module("input", input);
        register_module("blocks", nn.ModuleList([.. blocks]));
        register_module("norm_out", normOut);
        register_module("output", output);
    }

    /// <summary>The shape of the network.</summary>
    public MlpOptions Options { get; }

    /// <inheritdoc/>
    public bool InTrainingMode => training && Options.Dropout > 0;

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t) => forward(xt, t);

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed) => dropout.Seed(seed);

    /// <inheritdoc/>
    public void SeedStochasticLayers(long seed, int firstExample, int batchSize) => dropout.Seed(seed, firstExample, batchSize);

    /// <summary>Predicts the noise in x_t.</summary>
    /// <param name="x">The noisy vectors x_t, [B, D].</param>
    /// <param name="t">The timesteps, int64 [B]. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The prediction, [B, <see cref="MlpOptions.Outputs"/>]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">A shape does not fit the network.</exception>
    public override Tensor forward(Tensor x, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        if (x.dim() != 2 || x.size(1) != Options.Dimensions) throw new ArgumentException($"x must have the shape [B, {Options.Dimensions}], but has [{string.Join(", ", x.shape)}].", nameof(x));
        if (t.dim() != 1 || t.size(0) != x.size(0)) throw new ArgumentException($"t must have the shape [{x.size(0)}], one timestep for each vector, but has [{string.Join(", ", t.shape)}].", nameof(t));
        using var scope = NewDisposeScope();
        Tensor time = F.silu(timeEmbedding.forward(t)); // [B, width]
        Tensor h = input.forward(x);
        foreach (MlpBlock block in blocks) h = block.forward(h, time);
        return output.forward(F.silu(normOut.forward(h))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) dropout.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    // Registered by hand above; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
