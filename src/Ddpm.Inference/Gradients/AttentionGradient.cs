using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The gradients of queries, keys and values of softmax(q kᵀ/√d) v, an example's head at a time. Its weights are computed anew, for some
/// queries at once, so that the matrix of all of them never exists (Dao et al. 2022, arXiv:2205.14135, algorithm 4).
/// </summary>
internal sealed unsafe class AttentionGradient<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Whole blocks of rows for PanelKernel, of six as of eight.
    private const int QueriesAtOnce = 48;

    private readonly Plane projected, gradient, target;
    private readonly AttentionShape shape;

    /// <param name="projected">
    /// Queries, keys and values, one after the other in a pixel's channels; the channels of a head are a multiple of 16.
    /// </param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="target">Where the gradients of queries, keys and values go.</param>
    /// <param name="shape">The sizes.</param>
    public AttentionGradient(Plane projected, Plane gradient, Plane target, AttentionShape shape)
    {
        this.projected = projected;
        this.gradient = gradient;
        this.target = target;
        this.shape = shape;
    }

    public override int Parts => projected.Images * shape.Heads;

    // Panels of keys and values, the sums of their gradients, weights and their gradients, and the addresses of rows.
    public override long ScratchFloats =>
        4 * shape.Columns.Floats + shape.Lines.Floats + 2 * QueriesAtOnce * (shape.Columns.Columns + 1L);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int image = part / shape.Heads, channel = part % shape.Heads * shape.HeadChannels, width = shape.HeadChannels,
            stride = projected.Stride, columns = shape.Columns.Columns, pixels = shape.Pixels;
        float* queries = projected.Image(image) + channel, keys = queries + shape.Channels, values = keys + shape.Channels,
            ofResult = gradient.Image(image) + channel, ofQueries = target.Image(image) + channel;
        long floats = shape.Columns.Floats;
        float* keyColumns = scratch, valueColumns = keyColumns + floats, ofKeys = valueColumns + floats, ofValues = ofKeys + floats,
            keyLines = ofValues + floats, weights = keyLines + shape.Lines.Floats, slopes = weights + QueriesAtOnce * columns;
        var rows = (float**)(slopes + QueriesAtOnce * columns);
        AttentionPanelsStep.Transpose(keys, stride, shape, keyColumns);
        AttentionPanelsStep.Transpose(values, stride, shape, valueColumns);
        AttentionPanelsStep.Copy(keys, stride, shape, keyLines);
        for (int first = 0; first < pixels; first += QueriesAtOnce)
        {
            int count = Math.Min(QueriesAtOnce, pixels - first);
            float* from = queries + (long)first * stride, slope = ofResult + (long)first * gradient.Stride;
            PanelProduct product = PanelProducts<TLanes>.Rows(
                from, stride, count, &width, rows, QueriesAtOnce, shape.Scale, weights, columns);
            PanelProducts<TLanes>.Run(product, shape.Columns, keyColumns);
            product = PanelProducts<TLanes>.Rows(slope, gradient.Stride, count, &width, rows, QueriesAtOnce, 1, slopes, columns);
            PanelProducts<TLanes>.Run(product, shape.Columns, valueColumns);
            for (int row = 0; row < count; row++)
            {
                Softmax.Apply<TLanes>(weights + row * columns, pixels);
                Softmax.Gradient<TLanes>(weights + row * columns, slopes + row * columns, pixels, shape.Scale);
            }

            Sums(weights, slope, gradient.Stride, count, ofValues, first > 0);
            Sums(slopes, from, stride, count, ofKeys, first > 0);
            product = PanelProducts<TLanes>.Rows(
                slopes, columns, count, &pixels, rows, QueriesAtOnce, 1, ofQueries + (long)first * target.Stride, target.Stride);
            PanelProducts<TLanes>.Run(product, shape.Lines, keyLines);
        }

        Copy(ofKeys, ofQueries + shape.Channels);
        Copy(ofValues, ofQueries + 2 * shape.Channels);
    }

    // Sums over the queries, for each pixel, its weight times the numbers of the query.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sums(float* weights, float* right, int rightStride, int count, float* to, bool add)
    {
        for (int pixel = 0; pixel < shape.Columns.Columns; pixel += Plane.Block)
        {
            var sums = new OuterProduct
            {
                Left = weights + pixel,
                LeftStride = shape.Columns.Columns,
                Right = right,
                RightStride = rightStride,
                Vectors = shape.HeadChannels / TLanes.Count,
                Next = TLanes.Count,
                Rows = count,
                Target = to + (long)pixel * shape.HeadChannels,
                TargetStride = shape.HeadChannels,
                TargetNext = TLanes.Count,
                Add = add,
            };
            OuterProductKernel<TLanes>.Run(sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(float* sums, float* to)
    {
        for (int pixel = 0; pixel < shape.Pixels; pixel++, sums += shape.HeadChannels, to += target.Stride)
        {
            new ReadOnlySpan<float>(sums, shape.HeadChannels).CopyTo(new Span<float>(to, shape.HeadChannels));
        }
    }
}
