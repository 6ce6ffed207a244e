namespace Ddpm.Inference;

/// <summary>
/// Turns the layers of a network into the steps of a <see cref="Plan"/>. Layers that a step can do on its way are not steps of their own: a
/// norm joins channels, adds the timestep's vector and applies SiLU; a convolution repeats pixels before it and adds a residual after it;
/// dense layers of one vector are one.
/// </summary>
internal sealed class PlanCompiler
{
    private readonly NetworkGraph graph;
    private readonly PlanBuilder builder;
    private readonly PlaneSize size;
    private readonly Plane?[] planes;
    private readonly RowColumns?[] vectors;

    private PlanCompiler(NetworkGraph graph, PlanBuilder builder, PlaneSize size)
    {
        this.graph = graph;
        this.builder = builder;
        this.size = size;
        planes = new Plane?[graph.Features.Count];
        vectors = new RowColumns?[graph.Features.Count];
    }

    /// <summary>Makes the plan of a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="weights">Its weights, which the plan copies.</param>
    /// <param name="options">How the plan computes.</param>
    /// <param name="images">The number of examples of a prediction.</param>
    /// <param name="size">The height and width of x_t: 1 and L for signals, 1 and 1 for vectors.</param>
    /// <param name="team">The threads that do the steps.</param>
    public static Plan Compile(NetworkGraph graph, IWeightSource weights, PlanOptions options, int images, PlaneSize size, WorkerTeam team)
    {
        int mostChannels = graph.Features.Max(feature => feature.Channels);
        bool ownVectors = graph.Description.Conditions.Any(condition => condition.IsVector);
        using PlanBuilder builder = PlanBuilder.Create(options, weights, images, team.Threads, mostChannels, ownVectors);
        return builder.Build(new PlanCompiler(graph, builder, size).PlaneOf(graph.Output), team);
    }

    // Dropout leaves a prediction as it is.
    private static Feature Source(Feature feature)
    {
        while (feature.Operation is DropoutOperation) feature = feature.Operation.Inputs[0];
        return feature;
    }

    private static bool IsProduct(Feature feature) => feature.Operation is ConvolutionOperation or LinearOperation;

    // Whether a feature has one reader and no plane yet: what computes it may be done together with its reader.
    private bool IsOpen(Feature feature)
    {
        if (planes[feature.Index] is not null || vectors[feature.Index] is not null || ReferenceEquals(feature, graph.Output)) return false;
        IReadOnlyList<Feature> consumers = graph.Consumers(feature);
        return consumers.Count == 1 && (consumers[0].Operation is not DropoutOperation || IsOpen(consumers[0]));
    }

    private PlaneSize SizeOf(Feature feature)
    {
        int halvings = feature.Halvings ?? throw new InvalidOperationException("a conditioning vector has no size.");
        long Scaled(long length) => halvings >= 0 ? length >> halvings : length << -halvings;
        return graph.Description.SpatialDimensions switch
        {
            2 => new PlaneSize(Scaled(size.Height), Scaled(size.Width)),
            1 => new PlaneSize(1, Scaled(size.Width)),
            _ => size
        };
    }

    private Plane PlaneOf(Feature feature)
    {
        feature = Source(feature);
        return planes[feature.Index] ??= Emit(feature);
    }

    private RowColumns VectorOf(Feature feature)
    {
        feature = Source(feature);
        if (vectors[feature.Index] is { } known) return known;
        RowColumns vector = EmitVector(feature);
        vectors[feature.Index] = vector;
        return vector;
    }

    private Plane Emit(Feature feature)
    {
        if (TryNorm(feature) is { } normal) return normal;
        IReadOnlyList<Feature> inputs = feature.Operation.Inputs;
        return feature.Operation switch
        {
            InputOperation => builder.Read(feature.Channels, SizeOf(feature)),
            ConditionOperation condition => builder.Read(condition, feature.Channels, SizeOf(feature)),
            AffineOperation affine => EmitAffine(feature, affine),
            ConvolutionOperation or LinearOperation => EmitProduct(feature, null, 1),
            AddOperation => EmitSum(feature, 1),
            DivideOperation divide => EmitQuotient(Source(inputs[0]), divide.Divisor),
            ActivationOperation activation => builder.Pointwise(PlaneOf(inputs[0]), new PointwiseTerms { Function = activation.Function }),
            ModulateOperation => builder.Pointwise(PlaneOf(inputs[0]), new PointwiseTerms { Modulation = VectorOf(inputs[1]) }),
            ConcatenateOperation => builder.Concatenate(PlaneOf(inputs[0]), PlaneOf(inputs[1])),
            UpsampleOperation => builder.Repeat(PlaneOf(inputs[0]), SizeOf(feature)),
            SelfAttentionOperation attention => EmitAttention(feature, attention),
            _ => throw Unknown(feature),
        };
    }

    // [SiLU](norm [· (1 + scale) + shift]) of a feature, to which a vector may be added, and which may be two features that are joined.
    private Plane? TryNorm(Feature feature)
    {
        Feature at = feature;
        bool silu = at.Operation is ActivationOperation { Function: Activation.Silu };
        if (silu) at = Source(at.Operation.Inputs[0]);
        if (silu && !IsOpen(at)) return null;
        RowColumns? modulation = null;
        if (at.Operation is ModulateOperation)
        {
            Feature normal = Source(at.Operation.Inputs[0]);
            if (normal.Operation is not GroupNormOperation || !IsOpen(normal)) return null;
            modulation = VectorOf(at.Operation.Inputs[1]);
            at = normal;
        }

        if (at.Operation is not GroupNormOperation norm) return null;
        Feature x = Source(at.Operation.Inputs[0]);
        RowColumns? addend = null;
        if (IsOpen(x) && x.Operation is AddOperation && x.Operation.Inputs[1].IsConditioning)
        {
            addend = VectorOf(x.Operation.Inputs[1]);
            x = Source(x.Operation.Inputs[0]);
        }

        bool joined = x.Operation is ConcatenateOperation && planes[x.Index] is null;
        Plane first = PlaneOf(joined ? x.Operation.Inputs[0] : x);
        return builder.Norm(first, joined ? PlaneOf(x.Operation.Inputs[1]) : null, norm, addend, modulation, silu);
    }

    private Plane EmitAffine(Feature feature, AffineOperation affine)
    {
        Feature x = Source(affine.Inputs[0]);
        float multiplier = (float)affine.Multiplier, addend = (float)affine.Addend;
        if (x.Operation is InputOperation && IsOpen(x)) return builder.Read(x.Channels, SizeOf(feature), multiplier, addend);
        return builder.Pointwise(PlaneOf(x), new PointwiseTerms { Multiplier = multiplier, Addend = addend });
    }

    private Plane EmitSum(Feature feature, double divisor)
    {
        Feature x = Source(feature.Operation.Inputs[0]), y = Source(feature.Operation.Inputs[1]);
        float multiplier = (float)(1 / divisor);
        if (y.IsConditioning) return builder.Pointwise(PlaneOf(x), new PointwiseTerms { Row = VectorOf(y), Multiplier = multiplier });
        if (IsProduct(x) && IsOpen(x)) return EmitProduct(x, PlaneOf(y), divisor);
        if (IsProduct(y) && IsOpen(y)) return EmitProduct(y, PlaneOf(x), divisor);
        return builder.Pointwise(PlaneOf(x), new PointwiseTerms { Plane = PlaneOf(y), Multiplier = multiplier });
    }

    private Plane EmitQuotient(Feature x, double divisor)
    {
        if (IsOpen(x) && x.Operation is AddOperation) return EmitSum(x, divisor);
        if (IsOpen(x) && IsProduct(x)) return EmitProduct(x, null, divisor);
        return builder.Pointwise(PlaneOf(x), new PointwiseTerms { Multiplier = (float)(1 / divisor) });
    }

    private Plane EmitProduct(Feature feature, Plane? residual, double divisor)
    {
        Feature x = Source(feature.Operation.Inputs[0]);
        if (feature.Operation is LinearOperation linear)
        {
            return Product(x, [linear.Name], feature.Channels, ConvolutionShape.Dense, residual, divisor);
        }

        var convolution = (ConvolutionOperation)feature.Operation;
        bool signal = graph.Description.SpatialDimensions == 1;
        bool repeats = !signal && IsOpen(x) && x.Operation is UpsampleOperation && convolution is { Kernel: 3, Stride: 1 };
        if (repeats) return builder.Upsample(PlaneOf(x.Operation.Inputs[0]), convolution.Name, convolution.Outputs, residual, divisor);
        int padding = convolution.Padding == ConvolutionPadding.Same ? convolution.Kernel / 2 : 0;
        var shape = new ConvolutionShape(convolution.Kernel, convolution.Stride, padding, signal);
        return Product(x, [convolution.Name], convolution.Outputs, shape, residual, divisor);
    }

    // A 1×1 kernel reads joined features where they lie; a larger one is faster on one plane.
    private Plane Product(Feature x, IReadOnlyList<string> names, int outputs, ConvolutionShape shape, Plane? residual = null,
        double divisor = 1)
    {
        bool joined = shape.Kernel == 1 && x.Operation is ConcatenateOperation && planes[x.Index] is null;
        Plane[] sources = joined ? [PlaneOf(x.Operation.Inputs[0]), PlaneOf(x.Operation.Inputs[1])] : [PlaneOf(x)];
        return builder.Convolution(sources, names, outputs, shape, residual, divisor);
    }

    private Plane EmitAttention(Feature feature, SelfAttentionOperation attention)
    {
        Plane projected = Product(Source(attention.Inputs[0]), attention.Names, 3 * feature.Channels, ConvolutionShape.Dense);
        return builder.Attention(projected, attention.Heads);
    }

    private RowColumns EmitVector(Feature feature)
    {
        IReadOnlyList<Feature> inputs = feature.Operation.Inputs;
        switch (feature.Operation)
        {
            case SinusoidOperation sinusoid:
                return builder.Sinusoid(sinusoid);
            case ConditionOperation condition:
                return builder.ReadRows(condition, feature.Channels);
            case EmbeddingOperation embedding:
                return builder.Embedding(embedding, feature.Channels);
            case LinearOperation:
                return EmitDense(feature);
            case AddOperation when TryDense(feature, silu: false) is { } dense:
                return dense;
            case AddOperation:
                return builder.Pointwise(VectorOf(inputs[0]), new PointwiseTerms { Row = VectorOf(inputs[1]) });
            case ActivationOperation { Function: Activation.Silu } when TryDense(Source(inputs[0]), silu: true) is { } dense:
                return dense;
            case ActivationOperation activation:
                return builder.Pointwise(VectorOf(inputs[0]), new PointwiseTerms { Function = activation.Function });
            case AffineOperation affine:
                return builder.Pointwise(VectorOf(inputs[0]),
                    new PointwiseTerms { Multiplier = (float)affine.Multiplier, Addend = (float)affine.Addend });
            case DivideOperation divide:
                return builder.Pointwise(VectorOf(inputs[0]), new PointwiseTerms { Multiplier = (float)(1 / divide.Divisor) });
            case ConcatenateOperation:
                return builder.Concatenate(VectorOf(inputs[0]), VectorOf(inputs[1]));
            default:
                throw Unknown(feature);
        }
    }

    // A dense layer, perhaps plus the vector of the label, perhaps with SiLU: one step.
    private RowColumns? TryDense(Feature feature, bool silu)
    {
        if (silu && !IsOpen(feature)) return null;
        EmbeddingOperation? classes = null;
        Feature at = feature;
        if (at.Operation is AddOperation)
        {
            Feature label = Source(at.Operation.Inputs[1]);
            at = Source(at.Operation.Inputs[0]);
            if (label.Operation is not EmbeddingOperation table || !IsOpen(label) || !IsOpen(at)) return null;
            classes = table;
        }

        if (at.Operation is not LinearOperation linear) return null;
        return builder.Dense(VectorOf(linear.Inputs[0]), [linear.Name], at.Channels, classes, silu);
    }

    // All dense layers that read the same vector and whose results are read as they are: one step.
    private RowColumns EmitDense(Feature feature)
    {
        Feature source = Source(feature.Operation.Inputs[0]);
        Feature[] together =
            [.. graph.Features.Where(each => each.Operation is LinearOperation && ReferenceEquals(Source(each.Operation.Inputs[0]), source)
            && vectors[each.Index] is null && !graph.Consumers(each).Any(consumer => consumer.IsConditioning))];
        if (!together.Contains(feature)) together = [feature];
        string[] names = [.. together.Select(each => ((LinearOperation)each.Operation).Name)];
        RowColumns all = builder.Dense(VectorOf(source), names, together.Sum(each => each.Channels));
        int offset = 0;
        foreach (Feature each in together)
        {
            vectors[each.Index] = all with { Offset = offset, Channels = each.Channels };
            offset += each.Channels;
        }

        return vectors[feature.Index]!.Value;
    }

    private static InvalidOperationException Unknown(Feature feature) => new($"{feature.Operation.GetType().Name} has no step in a plan.");
}
