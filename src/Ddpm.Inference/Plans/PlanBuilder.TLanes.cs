namespace Ddpm.Inference;

/// <summary>The builder of plans whose kernels compute with vectors of some width.</summary>
internal sealed unsafe class PlanBuilder<TLanes>(
    IWeightSource weights, WeightPrecision precision, int images, int threads, int mostChannels, bool ownVectors)
    : PlanBuilder(weights, precision, images, threads, mostChannels, ownVectors)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public override RowColumns Dense(RowColumns source, IReadOnlyList<string> names, int outputs, EmbeddingOperation? classes = null,
        bool silu = false)
    {
        Plane target = NewRows(outputs);
        ClassRows? vectors = classes is null ? null : Classes(classes, outputs);
        Add(new DenseStep<TLanes>(source, target, Packed(names, target, source.Channels, 1, WeightPrecision.Full), silu, vectors), [],
            null);
        return new RowColumns(target, Rows, 0, outputs);
    }

    public override RowColumns Pointwise(RowColumns source, PointwiseTerms terms)
    {
        Plane target = NewRows(source.Channels);
        Add(new PointwiseStep<TLanes>(source, target, terms), [], null);
        return new RowColumns(target, Rows, 0, source.Channels);
    }

    public override Plane Pointwise(Plane source, PointwiseTerms terms)
    {
        Plane target = NewPlane(source.Size, source.Channels);
        Add(new PointwiseStep<TLanes>(source, target, terms), [source, terms.Plane], target);
        return target;
    }

    public override Plane Norm(Plane first, Plane? second, GroupNormOperation norm, RowColumns? addend, RowColumns? modulation, bool silu)
    {
        Plane target = NewPlane(first.Size, first.Channels + (second?.Channels ?? 0));
        Paths.Add("fused norms", norm.Name, target, target.Channels);
        nint weight = Copy([$"{norm.Name}.weight"], target.Channels), bias = Copy([$"{norm.Name}.bias"], target.Channels);
        var parameters = new NormParameters(weight, bias, norm.Groups, norm.Epsilon, silu);
        Add(new NormStep<TLanes>(first, second, target, parameters, addend, modulation, Threads), [first, second], target);
        return target;
    }

    public override Plane Convolution(
        Plane[] sources, IReadOnlyList<string> names, int outputs, ConvolutionShape shape, Plane? residual = null, double divisor = 1)
    {
        Plane source = sources[0];
        Plane target = NewPlane(shape.ResultSize(source.Size), outputs);
        float scale = (float)(1 / divisor);
        PlanStep step;
        if (shape == new ConvolutionShape(3, 1, 1) && sources.Length == 1
            && TransformRule.Pays(source.Channels, outputs, source.Images, target.Size))
        {
            // Large tiles would multiply the rounding of bfloat16.
            bool isLarge = Precision == WeightPrecision.Full && TransformRule.PaysLarge(source.Channels, outputs, target.Size);
            Paths.Add(isLarge ? "Winograd F(4×4) convolutions" : "Winograd F(2×2) convolutions", names[0], source, outputs);
            step = isLarge ? Tiled<LargeWinogradTiles>() : Tiled<WinogradTiles>();
        }
        else
        {
            Paths.Add("direct convolutions", names[0], source, outputs);
            PackedWeights weights = Packed(names, target, sources.Sum(each => each.Channels), shape.Taps, Precision);
            step = new DirectStep<TLanes>(sources, target, shape, weights, residual, scale, Zeros, Threads);
        }

        Add(step, [.. sources, residual], target);
        return target;

        WinogradStep<TLanes, TTiles> Tiled<TTiles>()
            where TTiles : struct, ITileTransform =>
            new(source, target, Transformed<TTiles>(names[0], target, source.Channels), residual, scale, Zeros, Threads);
    }

    public override Plane Upsample(Plane source, string name, int outputs, Plane? residual = null, double divisor = 1)
    {
        Paths.Add("Winograd up-samplings", name, source, outputs);
        Plane target = NewPlane(source.Size.Doubled, outputs);
        PackedWeights weights = Transformed<UpsamplingTiles>(name, target, source.Channels);
        var step = new WinogradStep<TLanes, UpsamplingTiles>(source, target, weights, residual, (float)(1 / divisor), Zeros, Threads);
        Add(step, [source, residual], target);
        return target;
    }

    public override Plane Attention(Plane projected, int heads)
    {
        var shape = AttentionShape.For<TLanes>(projected, heads);
        Plane panels = NewPlane(new PlaneSize(1, 1), checked((int)shape.PanelFloats)), target = NewPlane(projected.Size, shape.Channels);
        Add(new AttentionPanelsStep(projected, panels, shape), [projected], panels);
        Add(new AttentionStep<TLanes>(projected, panels, target, shape, Threads), [projected, panels], target);
        return target;
    }

    // Dense layers of conditioning vectors are few weights, on which every layer depends: they keep their digits.
    private PackedWeights Packed(IReadOnlyList<string> names, Plane target, int inputs, int taps, WeightPrecision precision)
    {
        PanelLayout layout = PanelKernel<TLanes>.LayoutFor(target.Stride, (long)taps * inputs, target.Pixels);
        return Pack(names, layout, layout.Floats, target.Channels, precision, panels =>
        {
            int first = 0;
            foreach (string name in names)
            {
                ReadOnlySpan<float> trained = Weights.Read($"{name}.weight");
                int rows = trained.Length / inputs / taps;
                fixed (float* weight = trained) WeightPacking.Direct(weight, first, rows, inputs, taps, layout, (float*)panels);
                first += rows;
            }
        });
    }

    private PackedWeights Transformed<TTiles>(string name, Plane target, int inputs)
        where TTiles : struct, ITileTransform
    {
        PanelLayout layout = WinogradStep<TLanes, TTiles>.LayoutFor(target, inputs);
        return Pack([name], layout, layout.Floats * TTiles.Products * TTiles.Products, target.Channels, Precision, panels =>
        {
            fixed (float* weight = Weights.Read($"{name}.weight")) WeightPacking.Transformed<TTiles>(
                weight, target.Channels, inputs, layout, (float*)panels);
        });
    }

    // Packed as float32 where the plan keeps them so, and otherwise aside.
    private PackedWeights Pack(IReadOnlyList<string> names, PanelLayout layout, long count, int outputs, WeightPrecision precision,
        Action<nint> write)
    {
        nint bias = Copy(names.Select(name => $"{name}.bias"), outputs);
        if (precision == WeightPrecision.Full)
        {
            var panels = (nint)Allocate(count);
            write(panels);
            return new PackedWeights(panels, layout, bias, precision);
        }

        var rounded = (BFloat16*)Allocate((count + 1) / 2);
        using (var aside = new AlignedMemory(count))
        {
            write((nint)aside.Address);
            for (long i = 0; i < count; i++) Lanes32.Store(Lanes32.Load(aside.Address + i), rounded + i);
        }

        return new PackedWeights((nint)rounded, layout, bias, precision);
    }
}
