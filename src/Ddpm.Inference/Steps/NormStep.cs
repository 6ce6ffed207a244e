using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// Joins two features, adds time's part, normalises groups, scales and shifts, and applies SiLU: <see cref="GroupNormKernel"/>, for every
/// image on its own, and where images are too few for the threads, for some groups of it.
/// </summary>
internal sealed unsafe class NormStep<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly Plane first, target;
    private readonly Plane? second;
    private readonly NormParameters parameters;
    private readonly RowColumns? addend, modulation;
    private readonly GroupSlices slices;

    /// <param name="first">The features.</param>
    /// <param name="second">What is joined to them; null for nothing.</param>
    /// <param name="target">The result.</param>
    /// <param name="parameters">The normalisation.</param>
    /// <param name="addend">What is added to each channel before; null for nothing.</param>
    /// <param name="modulation">A scale and a shift for each channel after it; null for none.</param>
    /// <param name="threads">How many threads share the work.</param>
    public NormStep(
        Plane first, Plane? second, Plane target, NormParameters parameters, RowColumns? addend, RowColumns? modulation, int threads)
    {
        this.first = first;
        this.second = second;
        this.target = target;
        this.parameters = parameters;
        this.addend = addend;
        this.modulation = modulation;
        slices = new GroupSlices(target.Images, target.Channels, parameters.Groups, threads);
    }

    public override int Parts => slices.Parts;

    public override long ScratchFloats => (long)target.Channels * GroupNormKernel.BytesPerChannel / sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        (int image, int begin, int groups, int channels) = slices.Of(part);
        // The slice's channels, and those of them that lie in each feature.
        int end = begin + channels, secondBegin = Math.Max(0, begin - first.Channels);
        var arguments = new GroupNormArguments
        {
            FirstChannels = Math.Max(0, Math.Min(end, first.Channels) - begin),
            SecondChannels = Math.Max(0, end - first.Channels - secondBegin),
            FirstStride = first.Stride,
            SecondStride = second?.Stride ?? 0,
            TargetStride = target.Stride,
            Pixels = target.PixelsPerImage,
            Groups = groups,
            Epsilon = parameters.Epsilon,
            Silu = parameters.Silu,
            Weight = parameters.Weight + begin,
            Bias = parameters.Bias + begin,
        };
        if (addend is { } added) arguments.Addend = added.Row(image) + begin;
        if (modulation is { } modulated)
        {
            arguments.Scale = modulated.Row(image) + begin;
            arguments.Shift = arguments.Scale + target.Channels;
        }

        float* joined = second is null ? null : second.Image(image) + secondBegin;
        GroupNormKernel.Run<float, SingleMemory, TLanes>(
            arguments, first.Image(image) + begin, joined, target.Image(image) + begin, (double*)scratch);
    }
}
