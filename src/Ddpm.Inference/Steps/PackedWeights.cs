using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>A matrix in panels, and what is added to each column.</summary>
/// <param name="Panels">The matrix; several one after the other where a layer has several.</param>
/// <param name="Layout">How a matrix lies.</param>
/// <param name="Bias">Filled up with zeros; float32.</param>
/// <param name="Precision">How the matrix's numbers lie.</param>
internal readonly unsafe record struct PackedWeights(nint Panels, PanelLayout Layout, nint Bias, WeightPrecision Precision)
{
    /// <summary>Gets the bytes of a weight.</summary>
    public int Size => Precision == WeightPrecision.BFloat16 ? sizeof(BFloat16) : sizeof(float);

    /// <summary>Returns the address of a weight.</summary>
    public void* At(long index) => (byte*)Panels + index * Size;

    /// <summary>Returns a panel's first weight.</summary>
    public void* Panel(int panel) => At(Layout.Start(panel));

    /// <summary>Returns a panel's biases.</summary>
    public float* BiasOf(int panel) => (float*)Bias + panel * Layout.Width;

    /// <summary>Returns rows times one of the panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply<TLanes>(in PanelProduct product, int columns)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (Precision == WeightPrecision.BFloat16) PanelKernel<TLanes>.Run<BFloat16, BFloat16Memory>(product, columns);
        else PanelKernel<TLanes>.Run(product, columns);
    }
}
