using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A dense layer over as many rows as the prediction has times, perhaps with SiLU: a panel of columns is a part, for rows are few.
/// </summary>
/// <param name="source">The input.</param>
/// <param name="target">The result.</param>
/// <param name="weights">The weights.</param>
/// <param name="silu">Whether SiLU follows.</param>
/// <param name="classes">What is added before SiLU; null for nothing.</param>
internal sealed unsafe class DenseStep<TLanes>(RowColumns source, Plane target, PackedWeights weights, bool silu, ClassRows? classes)
    : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly ConditioningRows rows = source.Rows;

    public override int Parts => weights.Layout.Panels;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        int width = weights.Layout.Width, atOnce = PanelKernel<TLanes>.RowsOf(width), columns = weights.Layout.ColumnsOf(part),
            offset = part * width, depth = source.Channels;
        float** pieces = stackalloc float*[atOnce];
        var product = new PanelProduct
        {
            Pieces = pieces,
            PieceCount = 1,
            Depths = &depth,
            Panel = weights.Panel(part),
            Bias = weights.BiasOf(part),
            Scale = 1,
            TargetStride = target.Stride,
        };
        for (int row = 0; row < rows.Count; row += atOnce)
        {
            product.Count = Math.Min(atOnce, rows.Count - row);
            for (int index = 0; index < atOnce; index++) pieces[index] = source.Row(row + Math.Min(index, product.Count - 1));
            product.Target = target.Pixel(row) + offset;
            weights.Multiply<TLanes>(product, columns);
            for (int index = row; index < row + product.Count; index++)
            {
                Finish(target.Pixel(index) + offset, classes is null ? null : classes.Row(rows.Labels[index]) + offset, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(float* x, float* added, int columns)
    {
        for (int column = 0; column < columns; column += TLanes.Count)
        {
            TLanes value = TLanes.Load(x + column);
            if (added is not null) value += TLanes.Load(added + column);
            if (silu) value = Exponential.Silu(value);
            TLanes.Store(value, x + column);
        }
    }
}
