namespace Ddpm.Hosting;

/// <summary>Pictures side by side, row after row.</summary>
internal sealed class ImageSheet
{
    private readonly GeneratedImages images;
    private readonly int columns, padding, scale, width, height;

    /// <param name="images">The pictures.</param>
    /// <param name="columns">The pictures in a row.</param>
    /// <param name="padding">The pixels around each picture.</param>
    /// <param name="scale">How many pixels each pixel becomes, in each direction.</param>
    public ImageSheet(GeneratedImages images, int columns, int padding, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        (this.images, this.columns, this.padding, this.scale) = (images, Math.Min(columns, images.Count), padding, scale);
        int rows = (images.Count + this.columns - 1) / this.columns;
        width = checked((this.columns * (images.Width * scale + padding)) + padding);
        height = checked((rows * (images.Height * scale + padding)) + padding);
    }

    /// <summary>Returns the sheet as a PNG file.</summary>
    public byte[] ToPng()
    {
        var sheet = new byte[checked(width * height * images.Channels)];
        Array.Fill(sheet, (byte)255);
        for (int k = 0; k < images.Count; k++) Place(sheet, k);
        return PngFile.Of(sheet, width, height, images.Channels);
    }

    private void Place(byte[] sheet, int k)
    {
        ReadOnlySpan<byte> pixels = images.PixelsOf(k).Span;
        int left = padding + (k % columns * (images.Width * scale + padding));
        int top = padding + (k / columns * (images.Height * scale + padding));
        int channels = images.Channels, length = images.Width * scale * channels;
        for (int y = 0; y < images.Height; y++)
        {
            int start = (((top + (y * scale)) * width) + left) * channels;
            Span<byte> line = sheet.AsSpan(start, length);
            for (int x = 0; x < images.Width * scale; x++)
            {
                pixels.Slice(((y * images.Width) + (x / scale)) * channels, channels).CopyTo(line[(x * channels)..]);
            }

            for (int again = 1; again < scale; again++) line.CopyTo(sheet.AsSpan(start + (again * width * channels), length));
        }
    }
}
