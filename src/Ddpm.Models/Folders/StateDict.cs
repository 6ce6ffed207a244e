using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Puts stored weights into a network; TorchSharp's own loading checks no shapes.</summary>
internal static class StateDict
{
    /// <summary>Checks names, shapes and types of all tensors first, then copies: a network is changed wholly or not at all.</summary>
    /// <exception cref="InvalidDataException">The tensors do not fit; the message lists those that are missing, unexpected or of another shape.</exception>
    public static void Load(nn.Module network, SafetensorsFile weights, string path)
    {
        Dictionary<string, Tensor> targets = network.state_dict();
        Dictionary<string, SafetensorsEntry> sources = weights.Entries.ToDictionary(entry => entry.Name);
        string[] missing = [.. targets.Keys.Where(name => !sources.ContainsKey(name))];
        string[] unexpected = [.. sources.Keys.Where(name => !targets.ContainsKey(name))];
        string[] mismatched = [.. targets.Where(pair => sources.TryGetValue(pair.Key, out SafetensorsEntry? entry) && !(entry.Shape.AsSpan().SequenceEqual(pair.Value.shape) && entry.ElementType == pair.Value.dtype))
            .Select(pair => $"{pair.Key} (expected {pair.Value.dtype} [{string.Join(", ", pair.Value.shape)}], found {sources[pair.Key].ElementType} [{string.Join(", ", sources[pair.Key].Shape)}])")];
        if (missing.Length + unexpected.Length + mismatched.Length > 0)
        {
            throw new InvalidDataException($"{path} does not fit the network. Missing: {List(missing)}. Unexpected: {List(unexpected)}. Of another shape or type: {List(mismatched)}.");
        }

        using var noGradient = no_grad();
        foreach ((string name, Tensor target) in targets)
        {
            using Tensor source = weights.Read(name);
            target.copy_(source);
        }
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}
