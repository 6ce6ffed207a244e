using System.Runtime.CompilerServices;

namespace Ddpm.Models;

/// <summary>x_t as the caller has it, [B, C, H, W], becomes a feature.</summary>
internal sealed unsafe class ReadStep(Feature target, bool center) : NativeStep
{
    /// <summary>x_t, contiguous; set before each prediction.</summary>
    public float* Source { private get; set; }

    public override int Parts => target.Images;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Do(int part, float* scratch)
    {
        int pixels = target.PixelsPerImage, channels = target.Channels;
        float* from = Source + (long)part * pixels * channels, to = target.Image(part);
        // From [0, 1] to [-1, 1] where the network was trained so.
        float scale = center ? 2 : 1, shift = center ? -1 : 0;
        for (int channel = 0; channel < channels; channel++)
        {
            for (int pixel = 0; pixel < pixels; pixel++) to[(long)pixel * target.Stride + channel] = *from++ * scale + shift;
        }
    }
}
