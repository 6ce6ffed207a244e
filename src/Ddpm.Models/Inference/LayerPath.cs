using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The path that a layer of a plan takes.</summary>
/// <param name="Weight">The trained weight: by it the layer has its name in the state dict.</param>
/// <param name="Size">The height and width of its input; null where the path does not depend on them.</param>
/// <param name="Path">The path, in the plural.</param>
internal readonly record struct LayerPath(Tensor Weight, PlaneSize? Size, string Path)
{
    /// <summary>The shape of the weight, and the size of the input.</summary>
    public override string ToString() => $"[{string.Join(", ", Weight.shape)}]{(Size is { } size ? $" at {size}" : "")}";
}
