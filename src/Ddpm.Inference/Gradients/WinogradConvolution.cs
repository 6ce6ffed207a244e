using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A 3×3 convolution as <see cref="WinogradStep{TLanes, TTiles}"/> computes it, for many channels: all threads transform a group of tiles,
/// then multiply it, then transform it back. What is transformed leaves the second caches, but the weights pass once for each group, and
/// not for each of the few tiles that a second cache holds.
/// </summary>
/// <remarks>Each number is one sum in the order of the channels: the same bits for every number of threads.</remarks>
internal sealed unsafe class WinogradConvolution<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int TilesAtOnce = 8;
    private const int Gap = 3 * Plane.Block;

    private readonly Plane source, target;
    private readonly PackedWeights weights;
    private readonly TileLocator<WinogradTiles> locator;
    private readonly float** rows;
    private readonly float* inputs, sums;
    private readonly int tilesDown, tilesAcross, tiles;

    /// <param name="source">The input; its channels are a multiple of 16, as the result's are.</param>
    /// <param name="target">The result.</param>
    /// <param name="weights">The transformed weights: for each panel the panels of all products.</param>
    /// <param name="zeros">As many zeros as the source has channels.</param>
    /// <param name="memory">Memory to compute in: <see cref="Floats"/>.</param>
    public WinogradConvolution(Plane source, Plane target, PackedWeights weights, nint zeros, float* memory)
    {
        this.source = source;
        this.target = target;
        this.weights = weights;
        tilesDown = (source.Height + 1) / 2;
        tilesAcross = (source.Width + 1) / 2;
        tiles = source.Images * tilesDown * tilesAcross;
        locator = new TileLocator<WinogradTiles>(source, tilesDown, tilesAcross, zeros);
        rows = (float**)memory;
        inputs = memory + 2 * MostTiles;
        sums = inputs + WinogradGradient.Products * InputMatrix;
        for (int row = 0; row < MostTiles; row++) rows[row] = inputs + (long)row * InputStride;
    }

    // Some 128, in whole blocks of rows.
    private static int MostTiles => 128 / PanelKernel<TLanes>.Rows * PanelKernel<TLanes>.Rows;

    private int InputStride => source.Channels + Plane.Block;

    private long InputMatrix => (long)MostTiles * InputStride + Gap;

    private int SumStride => weights.Layout.Width;

    private long SumPanel => (long)MostTiles * SumStride;

    private long SumMatrix => weights.Layout.Panels * SumPanel + Gap;

    /// <summary>Returns whether it moves fewer bytes than <see cref="WinogradStep{TLanes, TTiles}"/>.</summary>
    public static bool Pays(PanelLayout layout)
    {
        // For each tile 16 numbers of each channel are written and read; there, all weights are read for each 8000/Cin tiles.
        const long TilesTimesInputs = 8000;
        return layout.Floats * layout.Depth > 2 * TilesTimesInputs * (layout.Depth + layout.Columns);
    }

    /// <summary>Returns how many numbers a shape needs to compute in.</summary>
    public static long Floats(PanelLayout layout) => 2 * MostTiles + WinogradGradient.Products
        * (MostTiles * (layout.Depth + Plane.Block + (long)layout.Panels * layout.Width) + 2 * Gap);

    /// <summary>Computes the result.</summary>
    public void Run(WorkerTeam team)
    {
        for (int first = 0; first < tiles; first += MostTiles)
        {
            int count = Math.Min(MostTiles, tiles - first);
            team.Run(new Transforms(this, first, count));
            team.Run(new Products(this, count));
            team.Run(new Results(this, first, count));
        }
    }

    private sealed class Transforms(WinogradConvolution<TLanes> all, int first, int count) : IWork
    {
        public int Parts => (count + TilesAtOnce - 1) / TilesAtOnce;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int part, int thread)
        {
            float** pixels = stackalloc float*[16];
            int end = Math.Min(count, (part + 1) * TilesAtOnce), channels = all.source.Channels;
            long stride = all.InputMatrix;
            for (int tile = part * TilesAtOnce; tile < end; tile++)
            {
                all.locator.Locate(first + tile, pixels);
                float* to = all.rows[tile];
                for (int channel = 0; channel < channels; channel += TLanes.Count)
                {
                    WinogradTiles.Transform<TLanes>(pixels, channel, to + channel, stride);
                }
            }
        }
    }

    // One panel of one product.
    private sealed class Products(WinogradConvolution<TLanes> all, int count) : IWork
    {
        public int Parts => WinogradGradient.Products * all.weights.Layout.Panels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int part, int thread)
        {
            PanelLayout layout = all.weights.Layout;
            int number = part / layout.Panels, panel = part % layout.Panels, columns = layout.ColumnsOf(panel), depth = all.source.Channels;
            var product = new PanelProduct
            {
                Pieces = all.rows,
                Offset = number * all.InputMatrix,
                PieceCount = 1,
                Depths = &depth,
                Panel = all.weights.At(layout.Start(panel) * WinogradGradient.Products + number * layout.Depth * columns),
                PanelStride = columns,
                Scale = 1,
                Target = all.sums + number * all.SumMatrix + panel * all.SumPanel,
                TargetStride = all.SumStride,
                Count = count,
            };
            PanelKernel<TLanes>.Run(product, columns);
        }
    }

    private sealed class Results(WinogradConvolution<TLanes> all, int first, int count) : IWork
    {
        public int Parts => (count + TilesAtOnce - 1) / TilesAtOnce;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int part, int thread)
        {
            PanelLayout layout = all.weights.Layout;
            int end = Math.Min(count, (part + 1) * TilesAtOnce), width = all.target.Width, height = all.target.Height;
            long right = all.target.Stride, down = width * right, stride = all.SumMatrix;
            for (int tile = part * TilesAtOnce; tile < end; tile++)
            {
                int line = (first + tile) / all.tilesAcross, x = (first + tile) % all.tilesAcross * 2, y = line % all.tilesDown * 2;
                bool hasRight = x + 1 < width, hasBottom = y + 1 < height;
                float* to = all.target.Image(line / all.tilesDown) + ((long)y * width + x) * right;
                for (int panel = 0; panel < layout.Panels; panel++)
                {
                    float* sums = all.sums + panel * all.SumPanel + (long)tile * all.SumStride, bias = all.weights.BiasOf(panel);
                    int columns = layout.ColumnsOf(panel);
                    for (int column = 0; column < columns; column += TLanes.Count, to += TLanes.Count)
                    {
                        Tile<TLanes> results = WinogradTiles.InverseTransform<TLanes>(sums + column, stride);
                        TLanes each = TLanes.Load(bias + column);
                        TLanes.Store(results.TopLeft + each, to);
                        if (hasRight) TLanes.Store(results.TopRight + each, to + right);
                        if (!hasBottom) continue;
                        TLanes.Store(results.BottomLeft + each, to + down);
                        if (hasRight) TLanes.Store(results.BottomRight + each, to + down + right);
                    }
                }
            }
        }
    }
}
