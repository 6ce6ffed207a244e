namespace Ddpm.Evaluation;

/// <summary>Sets how a <see cref="DatasetBound"/> or a <see cref="DatasetLikelihood"/> goes through its data.</summary>
public sealed record DatasetBoundOptions
{
    /// <summary>Gets the defaults: all examples, 64 at a time, noise of seed 0, without a progress file.</summary>
    public static DatasetBoundOptions Default { get; } = new();

    /// <summary>Gets how many examples to use, from the first on; null: all. Range: 1 … the size of the data set.</summary>
    /// <value>Default: null.</value>
    public int? Examples { get; init; }

    /// <summary>Gets how many examples the network sees at once. Range: ≥ 1.</summary>
    /// <value>Default: 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets the seed of the noise of every example, timestep and draw.</summary>
    /// <value>Default: 0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// Gets the file that is updated after every batch, from which a stopped evaluation is resumed. It is removed at the end. Null: no
    /// file.
    /// </summary>
    /// <value>Default: null.</value>
    public string? ProgressFile { get; init; }

    /// <summary>Identifies the network as text, such as the digest of its weights: a resumed evaluation must have the same text.</summary>
    /// <value>Default: Empty.</value>
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
