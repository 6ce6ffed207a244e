namespace Ddpm.Evaluation;

/// <summary>How a <see cref="DatasetBound"/> goes through its data.</summary>
public sealed record DatasetBoundOptions
{
    /// <summary>All examples, 64 at a time, from noise of seed 0, in one go.</summary>
    public static DatasetBoundOptions Default { get; } = new();

    /// <summary>How many examples, from the first on; null for all. Range: 1 … the size of the data set.</summary>
    /// <value>Null.</value>
    public int? Examples { get; init; }

    /// <summary>How many examples the network sees at once. Range: ≥ 1.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Decides the noise of every example, timestep and draw.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// A file that is brought up to date after every batch, from which a stopped evaluation is resumed; removed at the end. Null for
    /// none.
    /// </summary>
    /// <value>Null.</value>
    public string? ProgressFile { get; init; }

    /// <summary>Identifies the network, as text, such as the digest of its weights: a resumed evaluation must have the same.</summary>
    /// <value>Empty.</value>
    public string NetworkIdentity { get; init; } = "";

    internal DatasetBoundOptions Validated(int count)
    {
        Check(Examples is null || (Examples >= 1 && Examples <= count), nameof(Examples), $"1 … {count}, the size of the data set, or null",
            Examples);
        Check(BatchSize >= 1, nameof(BatchSize), "≥ 1", BatchSize);
        Check(NetworkIdentity is not null, nameof(NetworkIdentity), "a text", "null");
        return this;
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(DatasetBoundOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
