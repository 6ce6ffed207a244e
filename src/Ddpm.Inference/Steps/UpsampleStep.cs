namespace Ddpm.Inference;

/// <summary>Repeats each pixel in each direction, where no convolution can do it on its way.</summary>
internal sealed unsafe class UpsampleStep(Plane source, Plane target) : PlanStep
{
    public override int Parts => target.Images * target.Height;

    protected override void Execute(int part, float* scratch)
    {
        int image = part / target.Height, down = target.Height / source.Height, across = target.Width / source.Width;
        float* from = source.Image(image) + (long)(part % target.Height / down) * source.Width * source.Stride;
        float* to = target.Image(image) + (long)(part % target.Height) * target.Width * target.Stride;
        for (int x = 0; x < target.Width; x++, to += target.Stride)
        {
            new ReadOnlySpan<float>(from + (long)(x / across) * source.Stride, source.Stride).CopyTo(new Span<float>(to, target.Stride));
        }
    }
}
