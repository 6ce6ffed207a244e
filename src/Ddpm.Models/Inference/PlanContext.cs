using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>What a plan is made for, and the choice of a path for each layer: by rules over the shape and the machine, not by timing, so that two runs of a program give the same bits.</summary>
internal sealed class PlanContext(long batch, ScalarType type, InferencePaths paths) : IDisposable
{
    private readonly List<Tensor> timeWeights = [];
    private readonly List<Tensor> timeBiases = [];
    private readonly List<Tensor> kept = [];

    /// <summary>The type of features and of convolutions' weights: float32 or bfloat16.</summary>
    public ScalarType Type => type;

    /// <summary>How many columns the time projections of all blocks so far have.</summary>
    public int TimeColumns { get; private set; }

    /// <summary>All tensors that the layers hold, the plan's to free.</summary>
    public IReadOnlyList<Tensor> Kept => kept;

    /// <summary>Which way each layer goes.</summary>
    public LayerPaths Paths { get; } = new();

    /// <summary>The time projections of all blocks under each other.</summary>
    public (Tensor Weight, Tensor Bias) TimeProjections() => (Keep(cat([.. timeWeights], 0)), Keep(cat([.. timeBiases], 0)));

    /// <summary>A convolution whose input has a given size.</summary>
    /// <param name="weight">The trained weight, [Cout, Cin, k, k].</param>
    /// <param name="bias">The trained bias; null for none.</param>
    /// <param name="geometry">Padding and stride.</param>
    /// <param name="size">The height and width of the input.</param>
    /// <param name="own">Its type, where that is not the plan's.</param>
    /// <param name="partOf">The trained weight that this one is made of; null for itself.</param>
    public PlannedConvolution Convolution(Tensor weight, Tensor? bias, ConvolutionGeometry geometry, PlaneSize size, ScalarType? own = null, Tensor? partOf = null)
    {
        using var scope = NewDisposeScope();
        Tensor typed = weight.detach().to(own ?? type);
        Tensor? typedBias = bias is null ? null : Own(bias, own);
        if (paths.PackedConvolutions && !IsTiny(weight, size) && OneDnn.Supports(geometry) && OneDnn.Instance is { } operations)
        {
            Paths.Add("packed convolutions", partOf ?? weight, size);
            return new PackedConvolution(operations, Keep(operations.Pack(typed, geometry, [batch, weight.size(1), size.Height, size.Width])), typedBias, geometry);
        }

        Paths.Add("stock convolutions", partOf ?? weight, size);
        return new StockConvolution(Keep(TensorMemory.ChannelsLast(typed).clone()), typedBias, geometry);
    }

    /// <summary>A normalisation, perhaps with SiLU.</summary>
    public PlannedNorm Norm(Tensor weight, Tensor bias, int groups, double epsilon, bool silu)
    {
        if (paths.FusedNorms)
        {
            Paths.Add("fused norms", weight);
            return new FusedNorm(Own(weight, ScalarType.Float32), Own(bias, ScalarType.Float32), groups, epsilon, silu);
        }

        Paths.Add("stock norms", weight);
        return new StockNorm(Own(weight), Own(bias), groups, epsilon, silu);
    }

    /// <summary>An up-sampling of an input of a given size.</summary>
    public PlannedUpsample Upsample(Tensor weight, Tensor bias, PlaneSize size)
    {
        if (paths.SubPixelUpsampling)
        {
            Paths.Add("sub-pixel up-samplings", weight, size);
            return new SubPixelUpsample(this, weight, bias, size);
        }

        Paths.Add("repeating up-samplings", weight, size);
        return new RepeatingUpsample(Convolution(weight, bias, ConvolutionGeometry.Same, size.Doubled));
    }

    /// <summary>Adds a block's time projection to the others.</summary>
    /// <param name="weight">The trained weight.</param>
    /// <param name="bias">The trained bias.</param>
    /// <param name="convolutionBias">The bias of the convolution before, which is added with it; null for none.</param>
    /// <returns>The block's first column.</returns>
    public int AddTimeProjection(Tensor weight, Tensor bias, Tensor? convolutionBias)
    {
        int offset = TimeColumns;
        timeWeights.Add(weight.detach());
        timeBiases.Add(convolutionBias is null ? bias.detach() : bias.detach() + convolutionBias.detach());
        TimeColumns += (int)weight.size(0);
        return offset;
    }

    /// <summary>A copy of a trained tensor in the plan's type or another, for a layer to hold.</summary>
    public Tensor Own(Tensor trained, ScalarType? own = null)
    {
        using Tensor detached = trained.detach();
        return Keep(detached.to(own ?? type, copy: true));
    }

    /// <summary>Frees what the layers hold, where no plan came of it.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in kept) tensor.Dispose();
    }

    private Tensor Keep(Tensor tensor)
    {
        kept.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    // For a single small image libtorch's own convolution is a plain matrix product; oneDNN's preparations take longer than that.
    private bool IsTiny(Tensor weight, PlaneSize size) => batch == 1 && 2 * weight.numel() * size.Height * size.Width < 10_000_000;
}
