using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>What --condition gives: rows for each condition of the network, which samples take in turn.</summary>
internal sealed class SampleConditions
{
    private readonly ImmutableArray<(NetworkCondition Condition, IReadOnlyList<int> Shape, SampleRows Rows, bool Given)> all;

    private SampleConditions(UNetOptions network, IReadOnlyList<ConditionSource> sources)
    {
        all =
        [
            .. network.Conditions.Select(condition =>
            {
                int[] shape = condition.IsVector ? [condition.Channels] : [condition.Channels, .. network.SampleShape.Skip(1)];
                string path = sources.First(source => source.Name == condition.Name).Path;
                bool given = path != ConditionSource.None;
                SampleRows rows = given
                    ? new ConditionReader(condition, shape, path).Read()
                    : new SampleRows(new float[shape.Aggregate((product, size) => checked(product * size))], 1);
                return (condition, (IReadOnlyList<int>)shape, rows, given);
            }),
        ];
        Count = all.Where(each => each.Given).Select(each => each.Rows.Count).DefaultIfEmpty().Max();
    }

    /// <summary>How many rows were given; 0 for none.</summary>
    public int Count { get; }

    /// <summary>Whether the network has no conditions.</summary>
    public bool IsEmpty => all.IsEmpty;

    /// <summary>The settings that decide the samples: a digest for each condition.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
        all.Select(each => ($"condition-{each.Condition.Name}", each.Given ? each.Rows.Digest : ConditionSource.None));

    /// <summary>Reads the rows of each condition of a network.</summary>
    /// <param name="sources">Where they are.</param>
    /// <param name="network">The network.</param>
    /// <param name="model">The model folder, for messages.</param>
    /// <exception cref="UsageException">A condition is missing, not the network's, or of another shape.</exception>
    public static SampleConditions Read(IReadOnlyList<ConditionSource> sources, UNetOptions network, string model)
    {
        string[] known = [.. network.Conditions.Select(condition => condition.Name)];
        if (sources.FirstOrDefault(source => !known.Contains(source.Name)) is { } unknown)
        {
            throw new UsageException(known.Length == 0
                ? $"--condition goes with a model that is given conditions, but {model} has none."
                : $"--condition must be of {model}, {string.Join(", ", known)}, but is of {unknown.Name}.");
        }

        if (network.Conditions.FirstOrDefault(each => sources.All(source => source.Name != each.Name)) is { } missing)
        {
            string example = missing.IsVector ? "rows.csv" : "pictures";
            throw new UsageException(
                $"{model} must be given its conditions ({string.Join(", ", network.Conditions)}), but {missing.Name} is missing: "
                    + $"--condition {missing.Name}={example}, or {missing.Name}={ConditionSource.None} for zeros.");
        }

        var conditions = new SampleConditions(network, sources);
        foreach ((NetworkCondition condition, _, SampleRows rows, _) in conditions.all)
        {
            if (rows.Count == 1 || rows.Count == conditions.Count) continue;
            throw new UsageException(
                $"--condition must have as many rows for each condition, or one, but {condition.Name} has {rows.Count} and another "
                    + $"{conditions.Count}.");
        }

        return conditions;
    }

    /// <summary>Throws where the rows of so many samples are more numbers than there can be at once.</summary>
    /// <exception cref="UsageException">They are.</exception>
    public void RequireRoom(int samples)
    {
        int most = Array.MaxLength / all.Select(each => each.Rows.Length).DefaultIfEmpty(1).Max();
        if (samples > most) throw new UsageException($"--count must be at most {most} with these conditions, but is {samples}.");
    }

    /// <summary>The rows of samples first … first + count - 1, [count, C, …], by the condition; null for a network without.</summary>
    public Dictionary<string, float[]>? Of(long first, int count) => all.IsEmpty
        ? null
        : all.ToDictionary(each => each.Condition.Name, each => Taken(each.Rows, first, count));

    /// <summary>The shape of a row of a condition.</summary>
    public IReadOnlyList<int> ShapeOf(string name) => all.First(each => each.Condition.Name == name).Shape;

    private static float[] Taken(SampleRows rows, long first, int count)
    {
        var taken = new float[checked(count * rows.Length)];
        for (int k = 0; k < count; k++)
        {
            int row = (int)((first + k) % rows.Count);
            rows.Values.Span.Slice(row * rows.Length, rows.Length).CopyTo(taken.AsSpan(k * rows.Length));
        }

        return taken;
    }
}
