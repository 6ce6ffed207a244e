using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The builder of plans whose kernels compute with vectors of some width.</summary>
internal sealed unsafe class NativePlanBuilder<TLanes>(int images, int threads, int mostChannels) : NativePlanBuilder(images, threads, mostChannels)
    where TLanes : unmanaged, ILanes<TLanes>
{
    // A transform of fewer channels costs more than it saves.
    private const int LeastChannels = 8;

    // So many weights come from main memory each time, and transformed ones are 16/9 as many: for fewer tiles that takes longer than the products they save.
    private const long LargeWeights = 100_000;
    private const int LeastTiles = 8;

    private readonly List<NativeStep> timeSteps = [];
    private readonly List<(Tensor Weight, Tensor Bias, Tensor? More)> projections = [];
    private Feature? embedded;
    private NativeTime? time;
    private TimeRows? rows;
    private int columns;

    public override Feature Read(int channels, PlaneSize size, bool center)
    {
        Feature target = NewFeature(size, channels);
        Add(new ReadStep(target, center), [], target);
        return target;
    }

    public override void BeginTime(Tensor frequencies, int channels, bool cosineFirst, (Tensor Weight, Tensor Bias) first, (Tensor Weight, Tensor Bias) second, Tensor? classes)
    {
        rows = new TimeRows(Images);
        int features = (int)first.Weight.size(0);
        Feature sinusoid = Vector(channels), hidden = Vector(features);
        embedded = Vector(features);
        time = new NativeTime(rows, Numbers(frequencies).ToArray(), cosineFirst, sinusoid);
        timeSteps.Add(new DenseStep<TLanes>(sinusoid, hidden, Packed(first.Weight, first.Bias), silu: true, rows, null));
        // Every block begins with SiLU of the embedding.
        timeSteps.Add(new DenseStep<TLanes>(hidden, embedded, Packed(second.Weight, second.Bias), silu: true, rows, classes is null ? null : Classes(classes)));
    }

    public override TimeColumns Time(Tensor weight, Tensor bias, Tensor? convolutionBias, bool scalesAndShifts)
    {
        int offset = columns;
        projections.Add((weight, bias, convolutionBias));
        columns += (int)weight.size(0);
        return new TimeColumns(time!, offset, scalesAndShifts);
    }

    public override Feature Norm(Feature first, Feature? second, Tensor weight, Tensor bias, int groups, double epsilon, bool silu, TimeColumns? columns = null)
    {
        Paths.Add("fused norms", weight);
        Feature target = NewFeature(first.Size, first.Channels + (second?.Channels ?? 0));
        var parameters = new NormParameters(Copy(weight, target.Channels), Copy(bias, target.Channels), groups, epsilon, silu);
        Add(new NormStep<TLanes>(first, second, target, parameters, columns, Threads), [first, second], target);
        return target;
    }

    public override Feature Convolution(Feature[] sources, Tensor weight, Tensor? bias, ConvolutionGeometry geometry, Feature? residual = null, double divisor = 1, Tensor? partOf = null)
    {
        Feature source = sources[0];
        int outputs = (int)weight.size(0);
        bool halves = geometry is ConvolutionGeometry.Half or ConvolutionGeometry.HalfPadded;
        Feature target = NewFeature(halves ? source.Size.Halved : source.Size, outputs);
        float scale = (float)(1 / divisor);
        NativeStep step;
        if (geometry == ConvolutionGeometry.Same && sources.Length == 1 && PaysTransformed(source, outputs))
        {
            Paths.Add("Winograd convolutions", partOf ?? weight, source.Size);
            step = new WinogradStep<TLanes, WinogradTiles>(source, target, Transformed<WinogradTiles>(weight, bias), residual, scale, Zeros, Threads);
        }
        else
        {
            Paths.Add("direct convolutions", partOf ?? weight, source.Size);
            var shape = new ConvolutionShape(weight.dim() == 4 ? (int)weight.size(2) : 1, halves ? 2 : 1, geometry is ConvolutionGeometry.Same or ConvolutionGeometry.HalfPadded ? 1 : 0);
            step = new DirectStep<TLanes>(sources, target, shape, Packed(weight, bias), residual, scale, Zeros, Threads);
        }

        Add(step, [.. sources, residual], target);
        return target;
    }

    public override Feature Upsample(Feature source, Tensor weight, Tensor bias)
    {
        Paths.Add("Winograd up-samplings", weight, source.Size);
        Feature target = NewFeature(source.Size.Doubled, (int)weight.size(0));
        Add(new WinogradStep<TLanes, UpsamplingTiles>(source, target, Transformed<UpsamplingTiles>(weight, bias), null, 1, Zeros, Threads), [source], target);
        return target;
    }

    public override Feature Attention(Feature projected, int heads)
    {
        var shape = new AttentionShape(projected.Channels / 3, heads, projected.PixelsPerImage, PanelKernel<TLanes>.Width);
        Feature keys = NewFeature(new PlaneSize(1, 1), checked((int)(shape.Heads * shape.Keys.Floats))), target = NewFeature(projected.Size, shape.Channels);
        Add(new AttentionKeysStep(projected, keys, shape), [projected], keys);
        Add(new AttentionStep<TLanes>(projected, keys, target, shape, Threads), [projected, keys], target);
        return target;
    }

    protected override (IReadOnlyList<NativeStep> Steps, NativeTime Time) EndTime()
    {
        using var scope = NewDisposeScope();
        Tensor weight = cat([.. projections.Select(projection => projection.Weight)], 0);
        Tensor bias = cat([.. projections.Select(projection => projection.More is null ? projection.Bias : projection.Bias + projection.More)], 0);
        Feature projected = Vector(columns);
        timeSteps.Add(new DenseStep<TLanes>(embedded!, projected, Packed(weight, bias), silu: false, rows!, null));
        time!.Projected = projected;
        return (timeSteps, time);
    }

    private static bool PaysTransformed(Feature source, int outputs)
    {
        int tiles = source.Images * ((source.Height + 1) / 2) * ((source.Width + 1) / 2);
        return source.Channels >= LeastChannels && (tiles >= LeastTiles || (long)source.Channels * outputs * 9 < LargeWeights);
    }

    private PackedWeights Packed(Tensor weight, Tensor? bias)
    {
        int outputs = (int)weight.size(0), inputs = (int)weight.size(1), taps = (int)(weight.numel() / outputs / inputs);
        var layout = new PanelLayout(Feature.Filled(outputs), (long)taps * inputs, PanelKernel<TLanes>.Width);
        float* panels = Allocate(layout.Floats);
        fixed (float* trained = Numbers(weight)) WeightPacking.Direct(trained, outputs, inputs, taps, layout, panels);
        return new PackedWeights((nint)panels, layout, Copy(bias, outputs));
    }

    private PackedWeights Transformed<TTiles>(Tensor weight, Tensor? bias)
        where TTiles : struct, ITileTransform
    {
        int outputs = (int)weight.size(0), inputs = (int)weight.size(1);
        var layout = new PanelLayout(Feature.Filled(outputs), inputs, PanelKernel<TLanes>.Width);
        float* panels = Allocate(layout.Floats * TTiles.Products * TTiles.Products);
        fixed (float* trained = Numbers(weight)) WeightPacking.Transformed<TTiles>(trained, outputs, inputs, layout, panels);
        return new PackedWeights((nint)panels, layout, Copy(bias, outputs));
    }

    private ClassRows Classes(Tensor table)
    {
        int count = (int)table.size(0), features = (int)table.size(1), stride = Feature.Filled(features);
        float* copy = Allocate((long)count * stride);
        for (int row = 0; row < count; row++) Numbers(table).Slice(row * features, features).CopyTo(new Span<float>(copy + (long)row * stride, features));
        return new ClassRows((nint)copy, stride);
    }

    // A row for each image, with a place of its own: times come before all steps and are needed by most.
    private Feature Vector(int channels)
    {
        var vector = new Feature(Images, new PlaneSize(1, 1), channels);
        vector.Address = Allocate(vector.Floats);
        return vector;
    }
}
