using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>Rows times all panels of a matrix, by <see cref="PanelKernel{TLanes}"/>.</summary>
internal static unsafe class PanelProducts<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Describes a product of rows that lie apart from each other, each of one piece.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="stride">From one row to the next, in numbers.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="depth">How many numbers a row has.</param>
    /// <param name="pieces">Takes the rows' addresses.</param>
    /// <param name="places">How many addresses: whole blocks of rows, which the last row fills up.</param>
    /// <param name="scale">What the results are multiplied by.</param>
    /// <param name="target">Where the results go.</param>
    /// <param name="targetStride">From one row's results to the next, in numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PanelProduct Rows(
        float* from, int stride, int count, int* depth, float** pieces, int places, float scale, float* target, int targetStride)
    {
        for (int row = 0; row < places; row++) pieces[row] = from + (long)Math.Min(row, count - 1) * stride;
        return new PanelProduct
        {
            Pieces = pieces,
            PieceCount = 1,
            Depths = depth,
            Scale = scale,
            Target = target,
            TargetStride = targetStride,
            Count = count,
        };
    }

    /// <summary>Multiplies.</summary>
    /// <param name="product">The rows, and where the results go.</param>
    /// <param name="layout">How the panels lie.</param>
    /// <param name="panels">The matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PanelProduct product, PanelLayout layout, float* panels)
    {
        for (int panel = 0; panel < layout.Panels; panel++, product.Target += layout.Width)
        {
            product.Panel = panels + layout.Start(panel);
            PanelKernel<TLanes>.Run(product, layout.ColumnsOf(panel));
        }
    }
}
