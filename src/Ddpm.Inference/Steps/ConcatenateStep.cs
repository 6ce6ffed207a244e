namespace Ddpm.Inference;

/// <summary>Joins the channels of two planes, where what reads them cannot read both.</summary>
internal sealed unsafe class ConcatenateStep(Plane first, Plane second, Plane target) : PlanStep
{
    private const int PixelsAtOnce = 64;

    public override int Parts => (target.Pixels + PixelsAtOnce - 1) / PixelsAtOnce;

    protected override void Execute(int part, float* scratch)
    {
        for (int pixel = part * PixelsAtOnce; pixel < Math.Min(target.Pixels, (part + 1) * PixelsAtOnce); pixel++)
        {
            float* to = target.Pixel(pixel);
            new ReadOnlySpan<float>(first.Pixel(pixel), first.Channels).CopyTo(new Span<float>(to, first.Channels));
            new ReadOnlySpan<float>(second.Pixel(pixel), second.Channels).CopyTo(new Span<float>(to + first.Channels, second.Channels));
        }
    }
}
