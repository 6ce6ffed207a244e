using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A 3×3 convolution by tiles of 2×2 results, see <see cref="ITileTransform"/>: a chunk of tiles is transformed into one matrix for each
/// product, each is multiplied with its transformed weights, a panel at a time, and the sums are transformed back. All of it stays in a
/// core's second cache.
/// </summary>
internal sealed unsafe class WinogradStep<TLanes, TTiles> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
    where TTiles : struct, ITileTransform
{
    // Transformed input that a core's second cache, of 1 MB or so, holds beside weights.
    private const int ChunkFloats = 130_000;

    // What the matrices of a chunk are apart beside their length: lengths that are powers of 2 would lay the same number of all of them
    // into the same few lines of a cache.
    private const int Gap = 3 * Plane.Block;

    private readonly Plane source, target;
    private readonly Plane? residual;
    private readonly PackedWeights weights;
    private readonly float scale;
    private readonly TileLocator<TTiles> locator;
    private readonly int tilesDown, tilesAcross, tiles;
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
        tilesDown = (target.Height + 1) / 2;
        tilesAcross = (target.Width + 1) / 2;
        tiles = target.Images * tilesDown * tilesAcross;
        locator = new TileLocator<TTiles>(source, tilesDown, tilesAcross, zeros);
        division = WorkDivision.Of(tiles, ChunkFloats / (Products * source.Stride), PanelKernel<TLanes>.Rows, weights.Layout.Panels,
            weights.Layout.Floats * Products, threads);
    }

    public override int Parts => division.Parts;

    // An address is two numbers.
    public override long ScratchFloats => 2L * division.ChunkRows + Products * (InputStride + SumStride);

    private static int Products => TTiles.Products * TTiles.Products;

    private long InputStride => (long)division.ChunkRows * source.Stride + Gap;

    private long SumStride => (long)division.ChunkRows * PanelKernel<TLanes>.Width + Gap;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        (int first, int end) = division.Rows(part, tiles);
        (int firstPanel, int endPanel) = division.Panels(part, weights.Layout.Panels);
        var pieces = (float**)scratch;
        float* inputs = scratch + 2 * division.ChunkRows, sums = inputs + Products * InputStride;
        Transform(first, end, inputs);
        // Tiles that fill the last block of rows are read, and not kept: the memory is there.
        for (int row = 0; row < division.ChunkRows; row++) pieces[row] = inputs + (long)row * source.Stride;
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            Multiply(panel, end - first, pieces, sums);
            InverseTransform(panel, first, end, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(int first, int end, float* inputs)
    {
        int side = TTiles.Inputs, channels = source.Stride;
        long stride = InputStride;
        float** pixels = stackalloc float*[side * side];
        for (int tile = first; tile < end; tile++, inputs += channels)
        {
            locator.Locate(tile, pixels);
            for (int channel = 0; channel < channels; channel += TLanes.Count)
            {
                TTiles.Transform<TLanes>(pixels, channel, inputs + channel, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int panel, int count, float** pieces, float* sums)
    {
        int columns = weights.Layout.ColumnsOf(panel);
        int depth = source.Channels;
        var product = new PanelProduct
        {
            Pieces = pieces,
            PieceCount = 1,
            Depths = &depth,
            PanelStride = columns,
            Scale = 1,
            Target = sums,
            TargetStride = PanelKernel<TLanes>.Width,
            Count = count,
        };
        long first = weights.Layout.Start(panel) * Products;
        for (int k = 0; k < Products; k++)
        {
            product.Panel = weights.At(first + k * weights.Layout.Depth * columns);
            weights.Multiply<TLanes>(product, columns);
            product.Offset += InputStride;
            product.Target += SumStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InverseTransform(int panel, int first, int end, float* sums)
    {
        int columns = weights.Layout.ColumnsOf(panel), width = target.Width;
        long offset = panel * weights.Layout.Width, right = target.Stride, down = width * right, stride = SumStride;
        float* bias = weights.BiasOf(panel);
        for (int tile = first; tile < end; tile++, sums += PanelKernel<TLanes>.Width)
        {
            int line = tile / tilesAcross, x = tile % tilesAcross * 2, y = line % tilesDown * 2;
            long position = ((line / tilesDown * (long)target.Height + y) * width + x) * right + offset;
            bool hasRight = x + 1 < width, hasBottom = y + 1 < target.Height;
            float* to = target.Address + position, added = residual is null ? null : residual.Address + position;
            for (int column = 0; column < columns; column += TLanes.Count)
            {
                Tile<TLanes> results = TTiles.InverseTransform<TLanes>(sums + column, stride);
                TLanes each = TLanes.Load(bias + column);
                Finish(results.TopLeft + each, to, added, column);
                if (hasRight) Finish(results.TopRight + each, to, added, column + right);
                if (!hasBottom) continue;
                Finish(results.BottomLeft + each, to, added, column + down);
                if (hasRight) Finish(results.BottomRight + each, to, added, column + down + right);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(TLanes value, float* to, float* added, long offset)
    {
        if (added is not null) value += TLanes.Load(added + offset);
        if (scale != 1) value *= TLanes.Create(scale);
        TLanes.Store(value, to + offset);
    }
}
