using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Makes modules of a network's weights, nested as their names are: the state dict then has those names, in the order of the file format.
/// </summary>
internal sealed class ModuleTree
{
    private readonly Dictionary<string, ModuleTree> children = [];
    private readonly List<string> order = [];
    private LayerParameters? layer;

    /// <summary>Draws all weights and registers them with a module.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="initializer">Draws the weights, in the order in which the network mentions them.</param>
    /// <param name="root">The module that gets them.</param>
    /// <returns>Each layer's weights by the layer's name.</returns>
    public static Dictionary<string, LayerParameters> Register(NetworkGraph graph, Initializer initializer, nn.Module root)
    {
        Dictionary<string, Parameter> drawn = graph.Parameters.ToDictionary(parameter => parameter.Name, initializer.Draw);
        var layers = new Dictionary<string, LayerParameters>(StringComparer.Ordinal);
        var tree = new ModuleTree();
        foreach (IGrouping<string, ParameterShape> layer in graph.StateDict().GroupBy(
            parameter => parameter.Name[..parameter.Name.LastIndexOf('.')]))
        {
            Parameter[] own = [.. layer.Select(parameter => drawn[parameter.Name])];
            layers[layer.Key] = new LayerParameters(own[0], own.ElementAtOrDefault(1));
            tree.Add(layer.Key.Split('.'), layers[layer.Key]);
        }

        tree.RegisterWith(root);
        return layers;
    }

    private void Add(ReadOnlySpan<string> path, LayerParameters parameters)
    {
        if (path.IsEmpty)
        {
            layer = parameters;
            return;
        }

        if (!children.TryGetValue(path[0], out ModuleTree? child))
        {
            children[path[0]] = child = new ModuleTree();
            order.Add(path[0]);
        }

        child.Add(path[1..], parameters);
    }

    private void RegisterWith(nn.Module module)
    {
        foreach (string name in order)
        {
            ModuleTree child = children[name];
            // A layer may have others below its name.
            nn.Module registered = child.layer ?? (nn.Module)new LayerGroup();
            child.RegisterWith(registered);
            module.register_module(name, registered);
        }
    }
}
