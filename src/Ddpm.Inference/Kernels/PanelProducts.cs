using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>Rows times all panels of a matrix, by <see cref="PanelKernel{TLanes}"/>.</summary>
internal static unsafe class PanelProducts<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Multiplies.</summary>
    /// <param name="product">The rows, and where the results go.</param>
    /// <param name="layout">How the panels lie.</param>
    /// <param name="panels">The matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PanelProduct product, PanelLayout layout, float* panels)
    {
        for (int panel = 0; panel < layout.Panels; panel++, product.Target += layout.Width)
        {
            product.PanelStride = layout.ColumnsOf(panel);
            product.Panel = panels + layout.Start(panel);
            PanelKernel<TLanes>.Run(product, product.PanelStride);
        }
    }
}
