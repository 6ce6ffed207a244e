using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Reads the pictures of a request.</summary>
/// <param name="fields">The fields.</param>
/// <param name="method">The sampling method.</param>
/// <param name="shape">[C, H, W] of the run's pictures.</param>
/// <param name="count">The number of pictures to draw.</param>
internal sealed class RequestPictures(RequestFields fields, SamplingMethod method, int[] shape, int count)
{
    // Masks come from brushes with soft edges.
    private const byte Drawn = 128;

    /// <summary>Reads the picture or pictures to begin with, and which pixels are kept.</summary>
    public (float[]? Image, bool[]? Known) Read()
    {
        float[]? image = Values("image"), to = null;
        if (fields.Has("image")) to = Values("toImage");
        else fields.Forbid("toImage", $"absent without {fields.Shown("image")}");
        bool[]? known = Mask();
        if (image is null || to is null) return (image, known);
        if (count < 2) fields.Fault("count", "at least 2, for the pictures lie between two");
        if (known is not null) fields.Fault("toImage", $"absent beside {fields.Shown("mask")}");
        return (Between(image, to), known);
    }

    private bool[]? Mask()
    {
        if (!fields.Has("image"))
        {
            fields.Forbid("mask", $"absent without {fields.Shown("image")}");
            return null;
        }

        if (method != SamplingMethod.Ddpm)
        {
            fields.Forbid("mask", $"absent for the sampler {method}, for only {SamplingMethod.Ddpm} goes back and forth");
            return null;
        }

        byte[]? mask = Parsed("mask", file => PngDecoder.Read(file.Span, shape[2], shape[1], 1));
        return mask is null ? null : Array.ConvertAll(mask, pixel => pixel < Drawn);
    }

    private float[]? Values(string name) => Parsed(name, file => PngPlanes.Read(file.Span, shape[2], shape[1], shape[0]));

    private T[]? Parsed<T>(string name, Func<ReadOnlyMemory<byte>, T[]> read) => fields.Parsed(
        name, $"a PNG file of {shape[2]} × {shape[1]} pixels, 8 bits a channel and opaque",
        value => value.Bytes is { } file ? read(file) : null);

    // With one noise, the q of a mean is the mean of both q (Ho et al. 2020, sec. 4.4).
    private float[] Between(float[] first, float[] last)
    {
        var all = new float[count * first.Length];
        for (int k = 0; k < count; k++)
        {
            float part = count > 1 ? k / (count - 1f) : 0;
            for (int i = 0; i < first.Length; i++) all[(k * first.Length) + i] = ((1 - part) * first[i]) + (part * last[i]);
        }

        return all;
    }
}
