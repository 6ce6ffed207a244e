using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>Finds the pixels of a tile's input; zeros around the image.</summary>
/// <param name="source">The images.</param>
/// <param name="tilesDown">The tiles of an image's column.</param>
/// <param name="tilesAcross">The tiles of an image's line.</param>
/// <param name="zeros">As many zeros as the images have channels, filled.</param>
internal readonly unsafe struct TileLocator<TTiles>(Plane source, int tilesDown, int tilesAcross, nint zeros)
    where TTiles : struct, ITileTransform
{
    /// <summary>Writes the addresses of a tile's pixels, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int tile, float** pixels)
    {
        int line = tile / tilesAcross, left = tile % tilesAcross * TTiles.Step - 1, top = line % tilesDown * TTiles.Step - 1,
            image = line / tilesDown, height = source.Height, width = source.Width;
        // Only the first and the last columns may lie beyond the border: the one before the image, and where the width is odd or they are
        // the last, those after it.
        int inside = Math.Min(TTiles.Inputs, width - left);
        nint stride = source.Stride;
        float* outside = (float*)zeros;
        for (int row = top; row < top + TTiles.Inputs; row++, pixels += TTiles.Inputs)
        {
            if ((uint)row >= (uint)height)
            {
                for (int column = 0; column < TTiles.Inputs; column++) pixels[column] = outside;
                continue;
            }

            float* pixel = source.Address + ((image * height + row) * (long)width + left) * stride;
            pixels[0] = left < 0 ? outside : pixel;
            for (int column = 1; column < inside; column++) pixels[column] = pixel + column * stride;
            for (int column = inside; column < TTiles.Inputs; column++) pixels[column] = outside;
        }
    }
}
