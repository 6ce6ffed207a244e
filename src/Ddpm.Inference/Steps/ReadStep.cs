using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>x_t, or a condition in its size, as the caller has it, [B, C, H, W], becomes a feature.</summary>
internal sealed unsafe class ReadStep(Plane target, float multiplier, float addend) : PlanStep, IReadStep
{
    public float* Source { private get; set; }

    public override int Parts => target.Images;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int pixels = target.PixelsPerImage, channels = target.Channels;
        float* from = Source + (long)part * pixels * channels, to = target.Image(part);
        for (int channel = 0; channel < channels; channel++)
        {
            for (int pixel = 0; pixel < pixels; pixel++) to[(long)pixel * target.Stride + channel] = *from++ * multiplier + addend;
        }
    }
}
