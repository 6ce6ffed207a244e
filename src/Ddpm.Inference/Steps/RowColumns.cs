namespace Ddpm.Inference;

/// <summary>A conditioning vector: some columns of a plane that has a row for each of the <see cref="ConditioningRows"/>.</summary>
/// <param name="Plane">The plane, which may hold several vectors side by side.</param>
/// <param name="Rows">The rows of the prediction.</param>
/// <param name="Offset">The vector's first column.</param>
/// <param name="Channels">How many columns.</param>
internal readonly unsafe record struct RowColumns(Plane Plane, ConditioningRows Rows, int Offset, int Channels)
{
    /// <summary>Returns the numbers of an example, or of a row.</summary>
    public float* Row(int image) => Plane.Pixel(Rows.Count == 1 ? 0 : image) + Offset;
}
