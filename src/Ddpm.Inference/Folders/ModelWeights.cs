using System.Buffers.Binary;
using System.Collections.Immutable;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Reads the weights of a model folder, or of memory, under the current names of diffusers, for every generation of names. Dispose it to
/// close the file.
/// </summary>
public sealed class ModelWeights : IWeightSource, IDisposable
{
    // The first weight of a U-Net has one name in every generation.
    private const string FirstOfUNets = "conv_in.weight";
    private const string InMemory = "The set of weights";

    private readonly Dictionary<string, SafetensorsEntry> byName = [];
    private float[] numbers = [];

    private ModelWeights(ISafetensors file, string path, int? levels, string first, string? prefix)
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
        Prefixes = byName.ContainsKey(first) ? [] : [.. file.Entries.Select(entry => PrefixOf(entry.Name, first)).OfType<string>()];
    }

    /// <summary>Gets the file, or the index of its parts; "The set of weights" for weights from memory.</summary>
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
    public static ModelWeights Open(string folder, UNetOptions network, string? prefix = null) => Open(folder, network, prefix, null);

    /// <summary>Opens a variant of the weights of a model folder.</summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="network">The shape of the network, from <see cref="ModelDescription.Read"/>.</param>
    /// <param name="prefix">The prefix of the names in the file, such as "module."; null: no prefix. Other tensors are left out.</param>
    /// <param name="variant">
    /// The variant, such as "non_ema" for diffusion_pytorch_model.non_ema.safetensors; null: the file without one, or fp16 if it is all
    /// there is.
    /// </param>
    /// <returns>The open weights.</returns>
    /// <exception cref="ArgumentException"><paramref name="variant"/> is no name of a variant.</exception>
    /// <exception cref="FileNotFoundException">There are no such weights, or only a pickle; the message lists what is there.</exception>
    /// <exception cref="InvalidDataException">A weight occurs twice, or none has the prefix.</exception>
    /// <exception cref="SafetensorsException">A file breaks the format.</exception>
    public static ModelWeights Open(string folder, UNetOptions network, string? prefix, string? variant)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Open(folder, network.Levels, FirstOfUNets, prefix, variant, "LoadOptions");
    }

    /// <summary>
    /// Takes weights from memory, compared with those that a network needs: every weight must be there in its shape, and no other weight
    /// may. Names of older generations are understood, as in files.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights; their numbers are not copied and must not change.</param>
    /// <param name="prefix">The prefix of the names, such as "module."; null: no prefix. Other weights are left out.</param>
    /// <returns>The weights, for an <see cref="InferenceModel"/>.</returns>
    /// <exception cref="ArgumentException">A shape needs another number of numbers, or a name is given twice.</exception>
    /// <exception cref="InvalidDataException">
    /// The weights do not fit the network; the message names the missing, the unexpected and the misshapen, as <see cref="Compare"/> does.
    /// </exception>
    public static ModelWeights FromMemory(INetworkDescription network, IEnumerable<NamedWeight> weights, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        ModelWeights taken = Of(network, GivenTensors.Of(weights), prefix);
        taken.Compare(network).RequireComplete(InMemory, taken.Prefixes, "prefix");
        return taken;
    }

    /// <summary>Opens the weights of any network.</summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="network">The network.</param>
    /// <param name="prefix">The prefix of the names in the file; null: none.</param>
    /// <param name="variant">The variant; null: none.</param>
    /// <param name="options">The caller's options, whose Variant chooses one.</param>
    internal static ModelWeights Open(
        string folder, INetworkDescription network, string? prefix, string? variant = null, string options = "LoadOptions") =>
        Open(folder, (network as UNetDescription)?.Options.Levels, FirstOf(network), prefix, variant, options);

    /// <summary>Takes tensors in memory as the weights of a network, not compared yet.</summary>
    internal static ModelWeights Of(INetworkDescription network, ISafetensors tensors, string? prefix) =>
        new(tensors, InMemory, (network as UNetDescription)?.Options.Levels, FirstOf(network), prefix);

    private static string FirstOf(INetworkDescription network) =>
        network is UNetDescription ? FirstOfUNets : NetworkGraph.Of(network).Parameters is [var first, ..] ? first.Name : "";

    private static ModelWeights Open(string folder, int? levels, string first, string? prefix, string? variant, string options)
    {
        string part = Path.GetDirectoryName(ModelDescription.RequireNetworkFile(folder))!;
        ISafetensors file = WeightFiles.Open(part, variant, options, out string path);
        try
        {
            return new ModelWeights(file, path, levels, first, prefix);
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

    /// <summary>Compares the weights with those that a network needs, before anything of the network is allocated.</summary>
    /// <param name="network">The network.</param>
    /// <returns>The weights that are missing, unexpected or of another shape or type.</returns>
    public WeightMatch Compare(INetworkDescription network) => Match(NetworkGraph.Of(network));

    /// <summary>Throws where a float64 weight is beyond float32, in which networks compute: it would become infinite.</summary>
    /// <exception cref="InvalidDataException">The message names the weight.</exception>
    internal void RequireRange()
    {
        const int chunk = 1 << 13;
        var bytes = new byte[8 * chunk];
        foreach ((string name, SafetensorsEntry entry) in byName.Where(pair => pair.Value.Type == SafetensorsType.F64))
        {
            for (long first = 0; first < entry.Elements; first += chunk)
            {
                Span<byte> part = bytes.AsSpan(0, 8 * (int)Math.Min(chunk, entry.Elements - first));
                File.ReadBytes(entry.Name, 8 * first, part);
                for (int i = 0; i < part.Length; i += 8)
                {
                    double number = BinaryPrimitives.ReadDoubleLittleEndian(part[i..]);
                    if (!double.IsFinite(number) || float.IsFinite((float)number)) continue;
                    throw new InvalidDataException($"{FilePath}: {name} must hold numbers within float32's range, but has {number}.");
                }
            }
        }
    }

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

    private static string? PrefixOf(string name, string first) =>
        first.Length > 0 && name.EndsWith("." + first, StringComparison.Ordinal) ? name[..^first.Length] : null;

    // 16-bit numbers are float32 numbers, and float64 rounds to the nearest; the authors' 1×1 convolutions are dense layers.
    private static bool Fits(SafetensorsEntry entry, long[] shape)
    {
        bool type = entry.Type.IsFloatingPoint();
        ReadOnlySpan<long> stored = entry.Shape.AsSpan();
        return type && (stored.SequenceEqual(shape) || (shape.Length == 2 && stored.SequenceEqual((long[])[.. shape, 1, 1])));
    }
}
