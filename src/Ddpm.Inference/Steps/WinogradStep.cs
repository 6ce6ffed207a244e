using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A 3×3 convolution by tiles, see <see cref="ITileTransform"/>: a chunk of tiles is transformed into one matrix for each product, each is
/// multiplied with its transformed weights, and the sums are transformed back. A panel at a time, so that all of it stays in a core's
/// second cache; or, for many channels, a product at a time with all panels.
/// </summary>
internal sealed unsafe class WinogradStep<TLanes, TTiles> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
    where TTiles : struct, ITileTransform
{
    // What the matrices of a chunk are apart beside their length: lengths that are powers of 2 would lay the same number of all of them
    // into the same few lines of a cache.
    private const int Gap = 3 * Plane.Block;

    private readonly Plane source, target;
    private readonly Plane? residual;
    private readonly PackedWeights weights;
    private readonly float scale;
    private readonly TileLocator<TTiles> locator;
    private readonly int tilesDown, tilesAcross, tiles, panelsAtOnce;
    private readonly WorkDivision division;

    /// <param name="source">The input.</param>
    /// <param name="target">The result.</param>
    /// <param name="weights">The transformed weights: for each panel the panels of all products.</param>
    /// <param name="residual">What is added to the result; null for nothing.</param>
    /// <param name="scale">What the sum is multiplied by.</param>
    /// <param name="zeros">As many zeros as the source has channels, filled.</param>
    /// <param name="threads">How many threads share the work.</param>
    public WinogradStep(Plane source, Plane target, PackedWeights weights, Plane? residual, float scale, nint zeros, int threads)
    {
        this.source = source;
        this.target = target;
        this.weights = weights;
        this.residual = residual;
        this.scale = scale;
        (tilesDown, tilesAcross) = TilesOf(target);
        tiles = target.Images * tilesDown * tilesAcross;
        locator = new TileLocator<TTiles>(source, tilesDown, tilesAcross, zeros);
        PanelLayout layout = weights.Layout;
        bool isWide = TileChunk.IsWide(layout, Products);
        division = WorkDivision.Of(tiles, isWide ? TileChunk.WideTiles : TileChunk.Tiles(layout, Products),
            PanelKernel<TLanes>.GranuleOf(layout.Width), layout.Panels, layout.Floats * Products, threads);
        panelsAtOnce = isWide ? division.MostPanels(layout.Panels) : 1;
    }

    /// <summary>Returns how the weights lie.</summary>
    /// <param name="target">The result.</param>
    /// <param name="inputs">The input's channels.</param>
    public static PanelLayout LayoutFor(Plane target, int inputs)
    {
        (int down, int across) = TilesOf(target);
        return PanelKernel<TLanes>.LayoutFor(target.Stride, inputs, target.Images * down * across);
    }

    public override int Parts => division.Parts;

    // An address is two numbers.
    public override long ScratchFloats => 2L * Places + Products * (InputStride + panelsAtOnce * SumStride);

    private static int Products => TTiles.Products * TTiles.Products;

    private static int Side => TTiles.Results;

    // Of the tiles' addresses.
    private int Places => division.ChunkRows + PanelKernel<TLanes>.MostRows;

    private long InputStride => (long)division.ChunkRows * source.Stride + Gap;

    private long SumStride => (long)division.ChunkRows * weights.Layout.Width + Gap;

    private static (int Down, int Across) TilesOf(Plane target) =>
        ((target.Height + Side - 1) / Side, (target.Width + Side - 1) / Side);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        (int first, int end) = division.Rows(part, tiles);
        (int firstPanel, int endPanel) = division.Panels(part, weights.Layout.Panels);
        var pieces = (float**)scratch;
        float* inputs = scratch + 2 * Places, sums = inputs + Products * InputStride;
        long panelSums = Products * SumStride;
        int depth = source.Channels;
        Transform(first, end, inputs);
        // Tiles that fill the last block of rows are read, and not kept: the memory is there.
        for (int row = 0; row < Places; row++) pieces[row] = inputs + (long)Math.Min(row, division.ChunkRows - 1) * source.Stride;
        var product = new PanelProduct
        {
            Pieces = pieces,
            PieceCount = 1,
            Depths = &depth,
            Scale = 1,
            TargetStride = weights.Layout.Width,
            Count = end - first,
        };
        for (int begin = firstPanel; begin < endPanel; begin += panelsAtOnce)
        {
            int past = Math.Min(endPanel, begin + panelsAtOnce);
            for (int number = 0; number < Products; number++)
            {
                product.Offset = number * InputStride;
                for (int panel = begin; panel < past; panel++)
                {
                    bool isLast = panel + 1 == past;
                    product.Panel = Weights(panel, number);
                    product.Ahead = isLast ? Weights(begin, number + 1) : Weights(panel + 1, number);
                    product.Then = isLast ? inputs + (number + 1) * InputStride : null;
                    product.Target = sums + (panel - begin) * panelSums + number * SumStride;
                    weights.Multiply<TLanes>(product, weights.Layout.ColumnsOf(panel));
                }
            }

            for (int panel = begin; panel < past; panel++) InverseTransform(panel, first, end, sums + (panel - begin) * panelSums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Transform(int first, int end, float* inputs)
    {
        int side = TTiles.Inputs, channels = source.Stride;
        long stride = InputStride;
        float** pixels = stackalloc float*[side * side];
        float* aside = stackalloc float[side * TTiles.Products * TLanes.Count];
        for (int tile = first; tile < end; tile++, inputs += channels)
        {
            locator.Locate(tile, pixels);
            for (int channel = 0; channel < channels; channel += TLanes.Count)
            {
                TTiles.Transform<TLanes>(pixels, channel, inputs + channel, stride, aside);
            }
        }
    }

    // A product's weights for a panel's columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void* Weights(int panel, int number)
    {
        PanelLayout layout = weights.Layout;
        return weights.At(layout.Start(panel) * Products + number * layout.Depth * layout.ColumnsOf(panel));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void InverseTransform(int panel, int first, int end, float* sums)
    {
        int columns = weights.Layout.ColumnsOf(panel), width = target.Width;
        long offset = panel * weights.Layout.Width, right = target.Stride, down = width * right, stride = SumStride;
        float* bias = weights.BiasOf(panel), results = stackalloc float[Products * TLanes.Count];
        for (int tile = first; tile < end; tile++, sums += weights.Layout.Width)
        {
            int line = tile / tilesAcross, x = tile % tilesAcross * Side, y = line % tilesDown * Side;
            long position = ((line / tilesDown * (long)target.Height + y) * width + x) * right + offset;
            int across = Math.Min(Side, width - x), deep = Math.Min(Side, target.Height - y);
            for (int column = 0; column < columns; column += TLanes.Count)
            {
                TTiles.InverseTransform<TLanes>(sums + column, stride, results);
                TLanes each = TLanes.Load(bias + column);
                for (int row = 0; row < deep; row++)
                {
                    float* result = results + row * TTiles.Products * TLanes.Count;
                    long to = position + row * down + column;
                    for (int k = 0; k < across; k++, result += TLanes.Count, to += right) Finish(TLanes.Load(result) + each, to);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(TLanes value, long offset)
    {
        if (residual is not null) value += TLanes.Load(residual.Address + offset);
        if (scale != 1) value *= TLanes.Create(scale);
        TLanes.Store(value, target.Address + offset);
    }
}
