using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Web;

/// <summary>Samples as PNG files.</summary>
internal static class JobPictures
{
    // Small pictures are enlarged in the grid until they are at least so many pixels high.
    private const int SmallestInGrid = 64;

    public static JobPreview Preview(int step, Tensor x0)
    {
        using var scope = NewDisposeScope();
        int columns = (int)Math.Ceiling(Math.Sqrt(x0.size(0)));
        return new JobPreview(
            step,
            columns,
            ImageFile.EncodePng(ImageGrid.Compose(PixelConversion.ToBytes(x0), new ImageGridOptions { Columns = columns, Padding = 0 })));
    }

    public static JobResult Result(Tensor samples)
    {
        using var scope = NewDisposeScope();
        Tensor bytes = PixelConversion.ToBytes(samples);
        byte[][] images = [.. Enumerable.Range(0, (int)bytes.size(0)).Select(k => ImageFile.EncodePng(bytes[k]))];
        int scale = Math.Max(1, SmallestInGrid / (int)bytes.size(2));
        return new JobResult(images, ImageFile.EncodePng(ImageGrid.Compose(bytes, new ImageGridOptions { Scale = scale })));
    }
}
