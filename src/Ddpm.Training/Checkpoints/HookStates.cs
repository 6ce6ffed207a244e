using System.Globalization;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>What hooks remember between two steps, of every rank, and the step that it belongs to.</summary>
internal sealed class HookStates
{
    private readonly SortedDictionary<string, double[][]> states;

    private HookStates(long step, SortedDictionary<string, double[][]> states)
    {
        Step = step;
        this.states = states;
    }

    public static HookStates None { get; } = new(0, []);

    /// <summary>Gets the steps that were done.</summary>
    public long Step { get; }

    /// <summary>Gets the number of hooks with a state.</summary>
    public int Count => states.Count;

    /// <summary>Gets the states by the hooks' names, then by rank.</summary>
    public IReadOnlyDictionary<string, double[][]> All => states;

    /// <summary>States from their parts.</summary>
    public static HookStates From(long step, IReadOnlyDictionary<string, double[][]> states) =>
        new(step, new SortedDictionary<string, double[][]>(states.ToDictionary(), StringComparer.Ordinal));

    /// <summary>Returns the states as tensors, "name/rank".</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors() => states.SelectMany(pair => pair.Value.Select((numbers, rank) =>
        KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"{pair.Key}/{rank}"), tensor(numbers, float64))));

    /// <summary>Reads what <see cref="Tensors"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file has other tensors.</exception>
    public static HookStates Read(SafetensorsFile file, string path, long step)
    {
        using var scope = NewDisposeScope();
        var ranks = new SortedDictionary<string, SortedDictionary<int, double[]>>(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            string[] parts = entry.Name.Split('/');
            if (entry.ElementType != ScalarType.Float64 || entry.Shape.Length != 1 || parts.Length != 2 ||
                !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rank))
            {
                throw new InvalidDataException(
                    $"{path}: {entry.Name} must be a state, Float64 [N] named hook/rank, but is {entry.ElementType}.");
            }

            if (!ranks.TryGetValue(parts[0], out SortedDictionary<int, double[]>? of)) ranks[parts[0]] = of = [];
            of[rank] = file.Read(entry.Name).data<double>().ToArray();
        }

        return From(step, ranks.ToDictionary(pair => pair.Key, pair => pair.Value.Values.ToArray()));
    }
}
