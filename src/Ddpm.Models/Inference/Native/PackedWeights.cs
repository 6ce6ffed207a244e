namespace Ddpm.Models;

/// <summary>A matrix in panels, and what is added to each column.</summary>
/// <param name="Panels">The matrix; several one after the other where a layer has several.</param>
/// <param name="Layout">How a matrix lies.</param>
/// <param name="Bias">Filled up with zeros.</param>
internal readonly unsafe record struct PackedWeights(nint Panels, PanelLayout Layout, nint Bias)
{
    /// <summary>A panel's first number.</summary>
    public float* Panel(int panel) => (float*)Panels + Layout.Start(panel);

    /// <summary>A panel's biases.</summary>
    public float* BiasOf(int panel) => (float*)Bias + panel * Layout.Width;
}
