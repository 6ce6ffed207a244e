using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>The prediction becomes the caller's tensor, [B, C, H, W].</summary>
internal sealed unsafe class WriteStep(Plane source) : PlanStep
{
    /// <summary>The prediction, contiguous; set before each prediction.</summary>
    public float* Target { private get; set; }

    public override int Parts => source.Images;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int pixels = source.PixelsPerImage, channels = source.Channels;
        float* from = source.Image(part), to = Target + (long)part * pixels * channels;
        for (int channel = 0; channel < channels; channel++)
        {
            for (int pixel = 0; pixel < pixels; pixel++) *to++ = from[(long)pixel * source.Stride + channel];
        }
    }
}
