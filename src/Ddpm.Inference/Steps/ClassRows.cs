namespace Ddpm.Inference;

/// <summary>The vectors of classes, one after the other.</summary>
/// <param name="Table">The first number of the first.</param>
/// <param name="Stride">From one to the next.</param>
internal sealed unsafe record ClassRows(nint Table, int Stride)
{
    /// <summary>Returns a class's vector.</summary>
    public float* Row(long label) => (float*)Table + label * Stride;
}
