using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// softmax(q kᵀ/√d) v for some queries at a time: their weights over all pixels stay in the first caches, and the matrix of all of them
/// never exists.
/// </summary>
internal sealed unsafe class AttentionStep<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Queries' weights over all pixels that stay in the first cache, beside a panel of keys or values.
    private const int WeightsAtOnce = 4096;

    // Keys and values pass once for so many blocks of queries, where no first cache holds the weights of one.
    private const int LeastBlocks = 4;

    private readonly Plane projected, panels, target;
    private readonly AttentionShape shape;
    private readonly int queries, chunks, queriesAtOnce;

    /// <param name="projected">Queries, keys and values, one after the other in a pixel's channels.</param>
    /// <param name="panels">Keys and values, by <see cref="AttentionPanelsStep"/>.</param>
    /// <param name="target">The result.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="threads">How many threads share the work.</param>
    public AttentionStep(Plane projected, Plane panels, Plane target, AttentionShape shape, int threads)
    {
        this.projected = projected;
        this.panels = panels;
        this.target = target;
        this.shape = shape;
        int rows = PanelKernel<TLanes>.RowsOf(shape.Columns.Width);
        int wanted = Math.Max(1, (4 * threads + projected.Images - 1) / projected.Images);
        queries = ((shape.Pixels + wanted - 1) / wanted + rows - 1) / rows * rows;
        chunks = (shape.Pixels + queries - 1) / queries;
        queriesAtOnce = Math.Min(queries, Math.Max(WeightsAtOnce / shape.Columns.Columns / rows, LeastBlocks) * rows);
    }

    // Of the rows' addresses; blocks of keys and of values may differ.
    private int Places => queriesAtOnce + PanelKernel<TLanes>.MostRows;

    public override int Parts => projected.Images * chunks;

    public override long ScratchFloats => queriesAtOnce * (long)(shape.Columns.Columns + shape.Lines.Columns) + 2L * Places;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int image = part / chunks, first = part % chunks * queries, end = Math.Min(shape.Pixels, first + queries);
        for (int query = first; query < end; query += queriesAtOnce)
        {
            for (int head = 0; head < shape.Heads; head++) Attend(image, head, query, Math.Min(queriesAtOnce, end - query), scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(int image, int head, int query, int count, float* scratch)
    {
        int columns = shape.Columns.Columns, channel = head * shape.HeadChannels, width = shape.HeadChannels, pixels = shape.Pixels;
        float* weights = scratch, results = weights + queriesAtOnce * columns;
        var pieces = (float**)(results + queriesAtOnce * shape.Lines.Columns);
        float* keys = shape.KeysOf(panels, image, head), from = projected.Image(image) + (long)query * projected.Stride + channel,
            to = target.Image(image) + (long)query * target.Stride + channel;
        PanelProduct product = PanelProducts<TLanes>.Rows(
            from, projected.Stride, count, &width, pieces, Places, shape.Scale, weights, columns);
        PanelProducts<TLanes>.Run(product, shape.Columns, keys);
        for (int row = 0; row < count; row++) Softmax.Apply<TLanes>(weights + row * columns, pixels);

        bool isAside = shape.HeadChannels != shape.Lines.Columns;
        product = PanelProducts<TLanes>.Rows(
            weights, columns, count, &pixels, pieces, Places, 1, isAside ? results : to,
            isAside ? shape.Lines.Columns : target.Stride);
        PanelProducts<TLanes>.Run(product, shape.Lines, keys + shape.Columns.Floats);
        if (!isAside) return;
        // Without the columns that fill the last block: those of the next head belong there.
        for (int row = 0; row < count; row++, results += shape.Lines.Columns, to += target.Stride)
        {
            new ReadOnlySpan<float>(results, shape.HeadChannels).CopyTo(new Span<float>(to, shape.HeadChannels));
        }
    }
}
