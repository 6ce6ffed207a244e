using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Puts stored weights into a network; TorchSharp's own loading checks no shapes.</summary>
internal static class StateDict
{
    /// <summary>Checks names, shapes and types of all tensors first, then copies: a network is changed wholly or not at all.</summary>
    /// <exception cref="InvalidDataException">The load is strict and the tensors do not fit; the message lists those that are missing, unexpected or of another shape.</exception>
    public static LoadReport Load(UNet network, ISafetensors weights, string path, bool strict)
    {
        Dictionary<string, Tensor> targets = network.state_dict();
        var sources = new Dictionary<string, SafetensorsEntry>();
        int renamed = 0;
        foreach (SafetensorsEntry entry in weights.Entries)
        {
            string name = WeightNames.Modern(entry.Name, network.Options.Levels);
            if (!sources.TryAdd(name, entry)) throw new InvalidDataException($"{path} has {name} twice, as {sources[name].Name} and as {entry.Name}.");
            if (name != entry.Name) renamed++;
        }

        string[] missing = [.. targets.Keys.Where(name => !sources.ContainsKey(name))];
        string[] unexpected = [.. sources.Where(pair => !targets.ContainsKey(pair.Key)).Select(pair => pair.Value.Name)];
        string[] fitting = [.. targets.Keys.Where(name => sources.TryGetValue(name, out SafetensorsEntry? entry) && Fits(entry, targets[name]))];
        string[] mismatched = [.. targets.Keys.Where(sources.ContainsKey).Except(fitting)
            .Select(name => $"{sources[name].Name} (expected {Describe(targets[name].dtype, targets[name].shape)}, found {Describe(sources[name].ElementType, [.. sources[name].Shape])})")];
        if (strict && missing.Length + unexpected.Length + mismatched.Length > 0)
        {
            throw new InvalidDataException($"{path} does not fit the network. Missing: {List(missing)}. Unexpected: {List(unexpected)}. Of another shape or type: {List(mismatched)}.");
        }

        using var noGradient = no_grad();
        foreach (string name in fitting)
        {
            Tensor target = targets[name];
            if (sources[name].ElementType == target.dtype)
            {
                weights.ReadInto(sources[name].Name, target);
                continue;
            }

            using Tensor source = weights.Read(sources[name].Name), shaped = source.reshape(target.shape);
            target.copy_(shaped);
        }

        return new LoadReport
        {
            Missing = [.. missing],
            Unexpected = [.. unexpected],
            Mismatched = [.. mismatched],
            Renamed = renamed,
            Widened = fitting.Count(name => sources[name].ElementType != targets[name].dtype),
        };
    }

    // 16-bit numbers are float32 numbers, so that widening loses nothing; the authors' 1×1 convolutions are dense layers.
    private static bool Fits(SafetensorsEntry entry, Tensor target)
    {
        bool type = entry.ElementType == target.dtype || (target.dtype == ScalarType.Float32 && entry.ElementType is (ScalarType.Float16 or ScalarType.BFloat16));
        long[] shape = target.shape;
        bool shapes = entry.Shape.AsSpan().SequenceEqual(shape) || (shape.Length == 2 && entry.Shape.AsSpan().SequenceEqual((long[])[.. shape, 1, 1]));
        return type && shapes;
    }

    private static string Describe(ScalarType type, long[] shape) => $"{type} [{string.Join(", ", shape)}]";

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}
