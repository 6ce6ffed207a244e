namespace Ddpm.Inference;

/// <summary>The kernels of training that compute with vectors of some width.</summary>
internal sealed unsafe class TrainingKernels<TLanes>(int threads) : TrainingKernels(threads)
    where TLanes : unmanaged, ILanes<TLanes>
{
    public override void Convolve(Plane source, float* weight, float* bias, Plane target) =>
        Convolve(source, weight, target.Channels, source.Channels, (nint)bias, target, turned: false);

    public override void ConvolveGradient(Plane gradient, float* weight, Plane target) =>
        Convolve(gradient, weight, gradient.Channels, target.Channels, 0, target, turned: true);

    public override void WeightGradient(Plane source, Plane gradient, float* weight, float* bias)
    {
        float* memory = Memory(WeightGradient<TLanes>.Floats(source.Channels, gradient.Channels));
        nint zeros = Zeros(Math.Max(source.Channels, gradient.Channels));
        new WeightGradient<TLanes>(source, gradient, zeros, memory, weight, bias).Run(Team);
    }

    public override void Norm(Plane source, NormParameters parameters, Plane target)
    {
        var step = new NormStep<TLanes>(source, null, target, parameters, null, null, Threads);
        Run(step, Memory(ScratchFloats(step)));
    }

    public override void NormGradient(
        Plane source, Plane gradient, NormParameters parameters, Plane target, float* weight, float* bias)
    {
        long sums = Plane.Filled(checked((int)GroupNormGradient<TLanes>.Floats(source.Images, source.Channels)));
        var step = new GroupNormGradient<TLanes>(source, gradient, target, parameters, null, Threads);
        float* memory = Memory(sums + ScratchFloats(step));
        step = new GroupNormGradient<TLanes>(source, gradient, target, parameters, memory, Threads);
        Run(step, memory + sums);
        step.Sum(weight, bias);
    }

    public override void Direct(Plane source, float* weight, float* bias, ConvolutionShape shape, Plane target) =>
        Direct(source, weight, (nint)bias, shape, target, turned: false);

    public override void DenseGradient(Plane gradient, float* weight, Plane target) =>
        Direct(gradient, weight, 0, ConvolutionShape.Dense, target, turned: true);

    public override void DenseWeightGradient(Plane source, Plane gradient, float* weight, float* bias) =>
        Team.Run(new DenseWeightGradient<TLanes>(source, gradient, weight, bias, Threads));

    public override void Attention(Plane projected, int heads, Plane target)
    {
        AttentionShape shape = AttentionShape.For<TLanes>(projected, heads);
        var panels = new Plane(projected.Images, new PlaneSize(1, 1), checked((int)shape.PanelFloats));
        var step = new AttentionStep<TLanes>(projected, panels, target, shape, Threads);
        panels.Address = Memory(panels.Floats + ScratchFloats(step));
        Team.Run(new AttentionPanelsStep(projected, panels, shape));
        Run(step, panels.Address + panels.Floats);
    }

    public override void AttentionGradient(Plane projected, int heads, Plane gradient, Plane target)
    {
        var step = new AttentionGradient<TLanes>(projected, gradient, target, AttentionShape.For<TLanes>(projected, heads));
        Run(step, Memory(ScratchFloats(step)));
    }

    private void Direct(Plane source, float* weight, nint bias, ConvolutionShape shape, Plane target, bool turned)
    {
        PanelLayout layout = PanelKernel<TLanes>.LayoutFor(target.Stride, (long)shape.Taps * source.Channels, target.Pixels);
        nint zeros = Zeros(Math.Max(source.Channels, target.Channels));
        float* memory = Memory(layout.Floats + ScratchFloats(Step(0)));
        Team.Run(new DirectWeights(weight, shape.Taps, layout, memory, turned));
        Run(Step((nint)memory), memory + layout.Floats);

        DirectStep<TLanes> Step(nint panels)
        {
            var weights = new PackedWeights(panels, layout, bias == 0 ? zeros : bias, WeightPrecision.Full);
            return new([source], target, shape, weights, null, 1, zeros, Threads);
        }
    }

    private void Convolve(Plane source, float* weight, int outputs, int inputs, nint bias, Plane target, bool turned)
    {
        PanelLayout layout = WinogradStep<TLanes, WinogradTiles>.LayoutFor(target, source.Channels);
        nint zeros = Zeros(Math.Max(source.Channels, target.Channels));
        long weights = layout.Floats * WinogradGradient.Products;
        float* memory = Memory(weights + ScratchFloats(Step(default)));
        Team.Run(new WeightTransform<TLanes>(weight, outputs, inputs, layout, memory, turned));
        Run(Step(new PackedWeights((nint)memory, layout, bias == 0 ? zeros : bias, WeightPrecision.Full)), memory + weights);

        WinogradStep<TLanes, WinogradTiles> Step(PackedWeights panels) =>
            new(source, target, panels with { Layout = layout }, null, 1, zeros, Threads);
    }

    private static long ScratchPerThread(PlanStep step) => Plane.Filled(checked((int)step.ScratchFloats)) + Plane.Block;

    private long ScratchFloats(PlanStep step) => ScratchPerThread(step) * Threads;

    private void Run(PlanStep step, float* scratch)
    {
        step.Scratch = new ThreadScratch(scratch, ScratchPerThread(step));
        Team.Run(step);
    }
}
