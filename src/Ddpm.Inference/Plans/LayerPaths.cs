namespace Ddpm.Inference;

/// <summary>Which way each layer of a plan goes, in the order of the layers.</summary>
internal sealed class LayerPaths
{
    private readonly List<LayerPath> layers = [];

    public IReadOnlyList<LayerPath> Layers => layers;

    /// <summary>Gets how many layers go which way.</summary>
    public string Summary =>
        string.Join(", ", layers.CountBy(layer => layer.Path).OrderBy(
            path => path.Key, StringComparer.Ordinal).Select(path => $"{path.Value} {path.Key}"));

    /// <summary>Records which way a layer goes.</summary>
    /// <param name="path">The path, in the plural.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="source">Its input.</param>
    /// <param name="outputs">The channels of its result.</param>
    public void Add(string path, string name, Plane source, int outputs) =>
        layers.Add(new LayerPath(name, $"{source.Channels} → {outputs}", source.Size, path));
}
