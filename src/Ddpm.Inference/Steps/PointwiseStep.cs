using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// Arithmetic on each number by itself, where no other step can do it on its way: sums, affine maps, activations; over the pixels of a
/// plane, or over the rows of a conditioning vector.
/// </summary>
internal sealed unsafe class PointwiseStep<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int PixelsAtOnce = 64;

    private readonly Plane? source;
    private readonly RowColumns vector;
    private readonly Plane target;
    private readonly PointwiseTerms terms;

    /// <summary>Creates the step over the pixels of a plane.</summary>
    public PointwiseStep(Plane source, Plane target, PointwiseTerms terms)
    {
        this.source = source;
        this.target = target;
        this.terms = terms;
    }

    /// <summary>Creates the step over the rows of a conditioning vector.</summary>
    public PointwiseStep(RowColumns source, Plane target, PointwiseTerms terms)
    {
        vector = source;
        this.target = target;
        this.terms = terms;
    }

    public override int Parts => source is null ? 1 : (target.Pixels + PixelsAtOnce - 1) / PixelsAtOnce;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int first = part * PixelsAtOnce, end = source is null ? vector.Rows.Count : Math.Min(target.Pixels, first + PixelsAtOnce);
        for (int pixel = first; pixel < end; pixel++)
        {
            int image = pixel / target.PixelsPerImage;
            float* from = source is null ? vector.Row(image) : source.Pixel(pixel);
            float* added = terms.Plane is null ? null : terms.Plane.Pixel(pixel);
            float* each = terms.Row is { } columns ? columns.Row(image) : null;
            float* scales = terms.Modulation is { } modulation ? modulation.Row(image) : null;
            Compute(from, added, each, scales, target.Pixel(pixel));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(float* from, float* added, float* each, float* scales, float* to)
    {
        TLanes one = TLanes.Create(1), multiplier = TLanes.Create(terms.Multiplier), addend = TLanes.Create(terms.Addend);
        for (int channel = 0; channel < target.Channels; channel += TLanes.Count)
        {
            TLanes value = TLanes.Load(from + channel);
            if (added is not null) value += TLanes.Load(added + channel);
            if (each is not null) value += TLanes.Load(each + channel);
            if (scales is not null)
            {
                value = TLanes.MultiplyAdd(value, TLanes.Load(scales + channel) + one, TLanes.Load(scales + target.Channels + channel));
            }

            value = TLanes.MultiplyAdd(value, multiplier, addend);
            TLanes.Store(Apply(value), to + channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Apply(TLanes x) => terms.Function switch
    {
        Activation.Silu => Exponential.Silu(x),
        // x - x is 0, but for NaN and infinity, which a maximum would hide.
        Activation.Relu => TLanes.Clamp(x, TLanes.Create(0), TLanes.Create(float.PositiveInfinity)) + (x - x),
        Activation.Tanh => TLanes.Create(1) - TLanes.Create(2) / (Exponential.Of(x * TLanes.Create(2)) + TLanes.Create(1)),
        _ => x,
    };
}
