namespace Ddpm.Distributed.Mpi;

/// <summary>How MPI is found, and how long ranks wait for each other at the end.</summary>
public sealed record MpiOptions
{
    /// <summary>
    /// The environment variable that names the MPI library where <see cref="Library"/> does not: a path or a file name, such as
    /// libmpi.so.40.
    /// </summary>
    public const string LibraryVariable = "DDPM_MPI_LIBRARY";

    /// <summary>The defaults.</summary>
    public static MpiOptions Default { get; } = new();

    /// <summary>The MPI library: a path or a file name.</summary>
    /// <value>
    /// Null: what <see cref="LibraryVariable"/> names; else that which fits the launcher, of libmpi.so.40, libmpich.so.12, libmpi.so.12 and
    /// libmpi_abi.so.0.
    /// </value>
    public string? Library { get; init; }

    /// <summary>
    /// How long a rank that leaves waits for the others to leave too, before it ends the whole job: they may wait for it, where its program
    /// went another way than theirs. Range: &gt; 0.
    /// </summary>
    /// <value>
    /// 10 minutes. Where ranks end their work at very different times, call <see cref="Core.ICommunicator.Barrier"/> before leaving, which
    /// waits for as long as it takes.
    /// </value>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    internal MpiOptions Validated()
    {
        if (LeaveTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(LeaveTimeout), LeaveTimeout,
                $"{nameof(MpiOptions)}.{nameof(LeaveTimeout)} must be above 0, but is {LeaveTimeout}.");
        }

        if (Library is { Length: 0 })
        {
            throw new ArgumentException($"{nameof(MpiOptions)}.{nameof(Library)} must be a path, a file name or null, but is empty.",
                nameof(Library));
        }

        return this;
    }
}
