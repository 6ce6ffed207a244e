using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// softmax(q kᵀ/√d) v for some queries at a time: their weights over all pixels stay in the first caches, and the matrix of all of them
/// never exists.
/// </summary>
internal sealed unsafe class AttentionStep<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly Plane projected, keys, target;
    private readonly AttentionShape shape;
    private readonly int[] depths;
    private readonly int queries, chunks;

    /// <param name="projected">Queries, keys and values, one after the other in a pixel's channels.</param>
    /// <param name="keys">The keys, transposed by <see cref="AttentionKeysStep"/>.</param>
    /// <param name="target">The result.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="threads">How many threads share the work.</param>
    public AttentionStep(Plane projected, Plane keys, Plane target, AttentionShape shape, int threads)
    {
        this.projected = projected;
        this.keys = keys;
        this.target = target;
        this.shape = shape;
        depths = GC.AllocateArray<int>(2, pinned: true);
        depths[0] = shape.HeadChannels;
        depths[1] = shape.Pixels;
        int rows = PanelKernel<TLanes>.Rows, wanted = Math.Max(1, (4 * threads + projected.Images - 1) / projected.Images);
        queries = ((shape.Pixels + wanted - 1) / wanted + rows - 1) / rows * rows;
        chunks = (shape.Pixels + queries - 1) / queries;
    }

    public override int Parts => projected.Images * chunks;

    public override long ScratchFloats => PanelKernel<TLanes>.Rows * (shape.Keys.Columns + Values.Columns + 2L);

    // A head's values lie as a panel does, but for what other channels lie between its lines.
    private PanelLayout Values => new(Plane.Filled(shape.HeadChannels), shape.Pixels, PanelKernel<TLanes>.Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int image = part / chunks, first = part % chunks * queries, end = Math.Min(shape.Pixels, first + queries),
            rows = PanelKernel<TLanes>.Rows;
        for (int query = first; query < end; query += rows)
        {
            for (int head = 0; head < shape.Heads; head++) Attend(image, head, query, Math.Min(rows, end - query), scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(int image, int head, int query, int count, float* scratch)
    {
        int rows = PanelKernel<TLanes>.Rows, stride = projected.Stride;
        float* weights = scratch, results = weights + rows * shape.Keys.Columns;
        var pieces = (float**)(results + rows * Values.Columns);
        float* from = projected.Image(image) + head * shape.HeadChannels;
        fixed (int* depth = depths)
        {
            for (int row = 0; row < rows; row++) pieces[row] = from + (long)(query + Math.Min(row, count - 1)) * stride;
            var product = new PanelProduct
            {
                Pieces = pieces,
                PieceCount = 1,
                Depths = depth,
                Scale = (float)(1 / Math.Sqrt(shape.HeadChannels)),
                TargetStride = shape.Keys.Columns,
                Count = count,
            };
            for (int panel = 0; panel < shape.Keys.Panels; panel++)
            {
                product.PanelStride = shape.Keys.ColumnsOf(panel);
                product.Panel = keys.Image(image) + head * shape.Keys.Floats + shape.Keys.Start(panel);
                product.Target = weights + panel * PanelKernel<TLanes>.Width;
                PanelKernel<TLanes>.Run(product, product.PanelStride);
            }

            for (int row = 0; row < count; row++) Softmax.Apply<TLanes>(weights + row * shape.Keys.Columns, shape.Pixels);

            for (int row = 0; row < rows; row++) pieces[row] = weights + Math.Min(row, count - 1) * shape.Keys.Columns;
            product = new PanelProduct
            {
                Pieces = pieces,
                PieceCount = 1,
                Depths = depth + 1,
                PanelStride = stride,
                Scale = 1,
                TargetStride = Values.Columns,
                Count = count,
            };
            for (int panel = 0; panel < Values.Panels; panel++)
            {
                product.Panel = from + 2 * shape.Channels + panel * PanelKernel<TLanes>.Width;
                product.Target = results + panel * PanelKernel<TLanes>.Width;
                PanelKernel<TLanes>.Run(product, Values.ColumnsOf(panel));
            }
        }

        // Without the columns that fill the last block: those of the next head belong there.
        for (int row = 0; row < count; row++)
        {
            new ReadOnlySpan<float>(results + row * Values.Columns, shape.HeadChannels).CopyTo(
                new Span<float>(target.Image(image) + (long)(query + row) * target.Stride + head * shape.HeadChannels, shape.HeadChannels));
        }
    }
}
