namespace Ddpm.Inference;

/// <summary>
/// What one step of a plan leaves for others: float32 numbers, image by image, pixel by pixel, channels last. Each pixel's channels are
/// filled up to whole blocks of 16, whose rest holds anything finite or not: nobody reads it into a channel. Where it lies is known when
/// the plan is complete.
/// </summary>
internal sealed unsafe class Plane(int images, PlaneSize size, int channels)
{
    /// <summary>How many channels share a vector, and a cache line.</summary>
    public const int Block = 16;

    public int Images => images;

    public int Height { get; } = checked((int)size.Height);

    public int Width { get; } = checked((int)size.Width);

    public PlaneSize Size => size;

    public int Channels => channels;

    /// <summary>Gets how far a pixel lies from the next, in numbers.</summary>
    public int Stride { get; } = Filled(channels);

    public int PixelsPerImage => Height * Width;

    public int Pixels => Images * PixelsPerImage;

    public long Floats => (long)Pixels * Stride;

    /// <summary>Gets the first number; null until the plan is complete.</summary>
    public float* Address { get; set; }

    /// <summary>Gets the steps that write it first and read it last: between them nothing else may lie there.</summary>
    public int FirstStep { get; set; } = int.MaxValue;

    public int LastStep { get; set; } = -1;

    /// <summary>Returns channels filled up to whole blocks.</summary>
    public static int Filled(int channels) => (channels + Block - 1) / Block * Block;

    /// <summary>Returns where an image begins.</summary>
    public float* Image(int image) => Address + (long)image * PixelsPerImage * Stride;

    /// <summary>Returns where a pixel begins, counted through all images.</summary>
    public float* Pixel(int pixel) => Address + (long)pixel * Stride;
}
