using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Which way each layer of a plan goes, in the order of the layers.</summary>
internal sealed class LayerPaths
{
    private readonly List<LayerPath> layers = [];

    public IReadOnlyList<LayerPath> Layers => layers;

    /// <summary>How many layers go which way.</summary>
    public string Summary => string.Join(", ", layers.CountBy(layer => layer.Path).OrderBy(path => path.Key, StringComparer.Ordinal).Select(path => $"{path.Value} {path.Key}"));

    /// <summary>Keeps in mind which way a layer goes.</summary>
    /// <param name="path">The path, in the plural.</param>
    /// <param name="weight">The layer's trained weight.</param>
    /// <param name="size">The height and width of its input; null where the path does not depend on them.</param>
    public void Add(string path, Tensor weight, PlaneSize? size = null) => layers.Add(new LayerPath(weight, size, path));
}
