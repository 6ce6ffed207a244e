namespace Ddpm.Inference;

/// <summary>The path that a layer of a plan takes.</summary>
/// <param name="Name">The layer's name in the state dict.</param>
/// <param name="Shape">The channels in and out.</param>
/// <param name="Size">The height and width of its input.</param>
/// <param name="Path">The path, in the plural.</param>
internal readonly record struct LayerPath(string Name, string Shape, PlaneSize Size, string Path)
{
    /// <summary>Returns the shape of the layer, and the size of its input.</summary>
    public override string ToString() => $"{Shape} at {Size}";
}
