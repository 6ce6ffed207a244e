namespace Ddpm.Inference;

/// <summary>
/// Which 3×3 convolutions are transformed. The rule looks at the rows of a batch, so that one sample may go another way alone than among
/// others; from enough rows on, all batches go one way, and give each sample the same bits.
/// </summary>
internal static class TransformRule
{
    // A transform of fewer channels costs more than it saves.
    private const int LeastChannels = 8;

    // So many weights come from main memory each time, and transformed ones are 16/9 as many: for fewer tiles that takes longer than the
    // products they save.
    private const long LargeWeights = 100_000;
    private const int LeastTiles = 8;

    // The same for 4×4 results in an image.
    private const int LeastLargeTiles = 4, LeastLargeTilesOfLargeWeights = 16;

    /// <summary>Returns whether a transform saves time.</summary>
    /// <param name="channels">The channels in.</param>
    /// <param name="outputs">The channels out.</param>
    /// <param name="images">The rows of the batch.</param>
    /// <param name="size">The height and width of the result.</param>
    public static bool Pays(int channels, int outputs, int images, PlaneSize size) =>
        channels >= LeastChannels && (images * Tiles(size) >= LeastTiles || IsSmall(channels, outputs));

    /// <summary>
    /// Returns whether tiles of 4×4 results save more than those of 2×2. They have 36 products in place of 4 · 16, and 9/4 of the weights,
    /// so that an image must have some of them and fill them well. Only the image counts, so that every batch goes the same way.
    /// </summary>
    /// <param name="channels">The channels in.</param>
    /// <param name="outputs">The channels out.</param>
    /// <param name="size">The height and width of the result.</param>
    public static bool PaysLarge(int channels, int outputs, PlaneSize size)
    {
        long tiles = Tiles(Tiles(size.Height)) * Tiles(Tiles(size.Width));
        // 40: a large transform costs somewhat more than a small one does.
        return tiles >= (IsSmall(channels, outputs) ? LeastLargeTiles : LeastLargeTilesOfLargeWeights) && 40 * tiles < 16 * Tiles(size);
    }

    /// <summary>Returns the rows from which every batch of a network goes one way.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="size">The height and width of x_t.</param>
    public static int RowsOfOneWay(NetworkGraph graph, PlaneSize size)
    {
        long least = 1;
        foreach (Feature feature in graph.Features)
        {
            if (feature.Operation is not ConvolutionOperation { Kernel: 3 } convolution) continue;
            // A convolution after a doubling reads what was doubled.
            Feature source = convolution.Inputs[0].Operation is UpsampleOperation doubled ? doubled.Inputs[0] : convolution.Inputs[0];
            if (source.Halvings is not { } halvings || IsSmall(source.Channels, convolution.Outputs)) continue;
            long tiles = Tiles(new PlaneSize(size.Height >> halvings, size.Width >> halvings));
            least = Math.Max(least, (LeastTiles + tiles - 1) / Math.Max(tiles, 1));
        }

        return (int)least;
    }

    private static bool IsSmall(int channels, int outputs) => (long)channels * outputs * 9 < LargeWeights;

    // Of 2×2 results.
    private static long Tiles(PlaneSize size) => Tiles(size.Height) * Tiles(size.Width);

    private static long Tiles(long length) => (length + 1) / 2;
}
