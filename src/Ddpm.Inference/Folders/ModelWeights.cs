using System.Collections.Immutable;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Reads the weights of a model folder under the current names of diffusers, for files of every generation of names. Dispose it to close
/// the file.
/// </summary>
public sealed class ModelWeights : IWeightSource, IDisposable
{
    // A weight that every network of every generation has, under one name.
    private const string FirstWeight = "conv_in.weight";

    private readonly Dictionary<string, SafetensorsEntry> byName = [];
    private float[] numbers = [];

    private ModelWeights(ISafetensors file, string path, int? levels, string? prefix)
    {
        File = file;
        FilePath = path;
        var leftOut = ImmutableArray.CreateBuilder<string>();
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (prefix is not null && !entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                leftOut.Add(entry.Name);
                continue;
            }

            string stored = entry.Name[(prefix?.Length ?? 0)..], name = levels is { } known ? WeightNames.Modern(stored, known) : stored;
            if (!byName.TryAdd(name, entry))
            {
                throw new InvalidDataException($"{path} has {name} twice, as {byName[name].Name} and as {entry.Name}.");
            }
            if (name != stored) Renamed++;
        }

        LeftOut = leftOut.ToImmutable();
        if (prefix is not null && byName.Count == 0)
        {
            throw new InvalidDataException($"{path} must have weights whose names begin with {prefix}, but has none.");
        }
        bool isFound = levels is null || byName.ContainsKey(FirstWeight);
        Prefixes = isFound ? [] : [.. file.Entries.Select(entry => PrefixOf(entry.Name)).OfType<string>()];
    }

    /// <summary>Gets the file, or the index of its parts.</summary>
    public string FilePath { get; }

    /// <summary>Gets the names of the weights, as diffusers uses them now.</summary>
    public IReadOnlyCollection<string> Names => byName.Keys;

    /// <summary>Gets how many weights had a name of an older generation.</summary>
    public int Renamed { get; }

    /// <summary>Gets the stored tensors outside the requested prefix.</summary>
    public ImmutableArray<string> LeftOut { get; }

    /// <summary>
    /// Gets the prefixes, such as "module.", under which the file has a network's weights; empty if it has them without a prefix.
    /// </summary>
    public ImmutableArray<string> Prefixes { get; }

    /// <summary>The stored tensors.</summary>
    internal ISafetensors File { get; }

    /// <summary>Opens the weights of a model folder.</summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="network">The shape of the network, from <see cref="ModelDescription.Read"/>.</param>
    /// <param name="prefix">The prefix of the names in the file, such as "module."; null: no prefix. Other tensors are left out.</param>
    /// <returns>The open weights.</returns>
    /// <exception cref="FileNotFoundException">There are no weights, or only a pickle.</exception>
    /// <exception cref="InvalidDataException">A weight occurs twice, or none has the prefix.</exception>
    /// <exception cref="SafetensorsException">A file breaks the format.</exception>
    public static ModelWeights Open(string folder, UNetOptions network, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Open(folder, network.Levels, prefix);
    }

    /// <summary>Opens the weights of any network.</summary>
    internal static ModelWeights Open(string folder, INetworkDescription network, string? prefix) =>
        Open(folder, (network as UNetDescription)?.Options.Levels, prefix);

    private static ModelWeights Open(string folder, int? levels, string? prefix)
    {
        string part = Path.GetDirectoryName(ModelDescription.RequireNetworkFile(folder))!;
        ISafetensors file = ModelLayout.OpenWeights(part, out string path);
        try
        {
            return new ModelWeights(file, path, levels, prefix);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds a stored tensor.</summary>
    /// <param name="name">The weight's name, as diffusers uses it now.</param>
    /// <returns>The tensor's type and shape; null if the file has no such tensor.</returns>
    public SafetensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name)
    {
        SafetensorsEntry entry = Find(name) ?? throw new KeyNotFoundException($"{FilePath} has no weight {name}.");
        if (entry.Elements > numbers.Length) numbers = new float[entry.Elements];
        Span<float> target = numbers.AsSpan(0, (int)entry.Elements);
        File.ReadFloats(entry.Name, target);
        return target;
    }

    /// <summary>Compares the weights with the digest that this library saves with them.</summary>
    /// <returns>False if there is no digest.</returns>
    /// <exception cref="SafetensorsException">The weights have another digest: they are damaged, or were changed.</exception>
    public bool VerifyDigest() => File.VerifyDigest();

    /// <summary>Compares the stored tensors with those that a network needs, before anything of the network is allocated.</summary>
    /// <param name="network">The network.</param>
    internal WeightMatch Match(NetworkGraph network) =>
        Match([.. network.StateDict().Select(weight => (weight.Name, weight.Shape.ToArray()))]);

    /// <summary>Compares the stored tensors with names and shapes.</summary>
    /// <param name="expected">The names and shapes; all float32.</param>
    internal WeightMatch Match(IReadOnlyList<(string Name, long[] Shape)> expected)
    {
        HashSet<string> names = [.. expected.Select(weight => weight.Name)];
        var fitting = new List<string>();
        var mismatched = new List<string>();
        foreach ((string name, long[] shape) in expected)
        {
            if (Find(name) is not { } entry) continue;
            if (Fits(entry, shape)) fitting.Add(name);
            else mismatched.Add($"{entry.Name} (expected F32 [{string.Join(", ", shape)}], found {entry.Describe()})");
        }

        return new WeightMatch
        {
            Fitting = [.. fitting],
            Missing = [.. expected.Select(weight => weight.Name).Where(name => !byName.ContainsKey(name))],
            Unexpected = [.. byName.Where(pair => !names.Contains(pair.Key)).Select(pair => pair.Value.Name)],
            Mismatched = [.. mismatched],
            Expected = expected.Sum(weight => weight.Shape.Aggregate(1.0, (product, length) => product * length)),
            Stored = File.Entries.Sum(entry => (double)entry.Elements),
        };
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => File.Dispose();

    private static string? PrefixOf(string name) =>
        name.EndsWith("." + FirstWeight, StringComparison.Ordinal) ? name[..^FirstWeight.Length] : null;

    // 16-bit numbers are float32 numbers, so that widening loses nothing; the authors' 1×1 convolutions are dense layers.
    private static bool Fits(SafetensorsEntry entry, long[] shape)
    {
        bool type = entry.Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16;
        ReadOnlySpan<long> stored = entry.Shape.AsSpan();
        return type && (stored.SequenceEqual(shape) || (shape.Length == 2 && stored.SequenceEqual((long[])[.. shape, 1, 1])));
    }
}
