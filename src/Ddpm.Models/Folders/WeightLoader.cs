using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Puts weights from memory into a network, compared as those of a model folder are.</summary>
public static class WeightLoader
{
    /// <summary>
    /// Copies weights into a network, wholly or not at all: names, shapes and types are compared before the first is copied. Names of
    /// older generations of diffusers are understood, and 16-bit and float64 weights are converted.
    /// </summary>
    /// <param name="network">The network, on any device.</param>
    /// <param name="weights">The weights by name, on any device; the caller keeps them.</param>
    /// <param name="options">
    /// The strictness and the prefix of the names. Default: strict, without a prefix. Process and variant belong to folders and must be
    /// null.
    /// </param>
    /// <returns>What was copied and what was left over.</returns>
    /// <exception cref="ArgumentException">
    /// A name is given twice, a tensor is missing or of a type that no file has, or an option belongs to folders.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The weights do not fit, in a strict load; the message names the missing, the unexpected and the misshapen. Or a float64 weight is
    /// beyond float32. The network is as it was.
    /// </exception>
    public static LoadReport Load(
        DescribedNetwork network, IEnumerable<KeyValuePair<string, Tensor>> weights, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        options ??= LoadOptions.Default;
        if (options.Process is not null || options.Variant is not null)
        {
            string name = options.Process is null ? nameof(options.Variant) : nameof(options.Process);
            throw new ArgumentException($"{name} must be null for weights from memory: it belongs to folders.", nameof(options));
        }

        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using ModelWeights given = ModelWeights.Of(
            network.Description, GivenTensors.Of(weights.ToArray().Select(pair => Entry(pair.Key, pair.Value))), options.WeightPrefix);
        WeightMatch match = given.Match(network.Graph);
        if (options.Strict) match.RequireComplete(given.FilePath, given.Prefixes);
        given.RequireRange();
        return StateDict.Copy(network, given, match);
    }

    private static (SafetensorsEntry Entry, GivenTensors.Reader Read) Entry(string name, Tensor? tensor)
    {
        if (tensor is null || tensor.IsInvalid)
        {
            throw Wrong($"weights must be tensors, but {name} is {(tensor is null ? "null" : "disposed")}.");
        }

        SafetensorsType type = SafetensorsTensors.TypeOf(tensor)
            ?? throw Wrong($"weights must have an element type of safetensors, but {name} is {tensor.dtype}.");
        long bytes = tensor.numel() * tensor.element_size();
        return (new SafetensorsEntry(name, type, [.. tensor.shape], 0, bytes), Read);

        void Read(long offset, Span<byte> target)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            long size = tensor.element_size();
            tensor.detach().reshape(-1).narrow(0, offset / size, target.Length / size).cpu().clone().bytes.CopyTo(target);
        }
    }

    private static ArgumentException Wrong(string message) => new(message);
}
