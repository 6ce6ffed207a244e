namespace Ddpm.Distributed.Mpi;

/// <summary>Sets how MPI is found, and how long ranks wait for each other.</summary>
public sealed record MpiOptions
{
    /// <summary>
    /// Names the environment variable that names the MPI library if <see cref="Library"/> does not: a path or a file name, such as
    /// libmpi.so.40.
    /// </summary>
    public const string LibraryVariable = "DDPM_MPI_LIBRARY";

    /// <summary>Gets the default settings.</summary>
    public static MpiOptions Default { get; } = new();

    /// <summary>Gets the MPI library: a path or a file name.</summary>
    /// <value>
    /// Default: null (what <see cref="LibraryVariable"/> names; else that which fits the launcher, of libmpi.so.40, libmpich.so.12,
    /// libmpi.so.12 and libmpi_abi.so.0; on Windows msmpi.dll).
    /// </value>
    public string? Library { get; init; }

    /// <summary>
    /// Gets how long a leaving rank waits for the others to leave before it ends the whole job. The others may wait for this rank if their
    /// programs diverged. Range: &gt; 0.
    /// </summary>
    /// <value>
    /// Default: 10 minutes. Where ranks end their work at very different times, call <see cref="Core.ICommunicator.Barrier"/> before
    /// leaving, which waits for as long as it takes.
    /// </value>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets how long the processes of a launcher may take to join each other at the start, before the waiting processes end the job: a
    /// process that runs without MPI, or another program, never joins. Range: &gt; 0, at most a day.
    /// </summary>
    /// <value>Default: 25 seconds.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Gets how long a rank may be silent before the others name it and end the job, because it was stopped or its machine is unreachable.
    /// Computing ranks send signs of life too. This needs an MPI library that several threads may call at once (MPI_THREAD_MULTIPLE); with
    /// other libraries ranks are not watched. Range: &gt; 0, at most a day.
    /// </summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal MpiOptions Validated()
    {
        Require(LeaveTimeout, nameof(LeaveTimeout), TimeSpan.MaxValue);
        Require(StartTimeout, nameof(StartTimeout), TimeSpan.FromDays(1));
        Require(SilenceTimeout, nameof(SilenceTimeout), TimeSpan.FromDays(1));
        if (Library is { Length: 0 })
        {
            throw new ArgumentException($"{nameof(MpiOptions)}.{nameof(Library)} must be a path, a file name or null, but is empty.",
                nameof(Library));
        }

        return this;
    }

    private static void Require(TimeSpan timeout, string name, TimeSpan most)
    {
        if (timeout > TimeSpan.Zero && timeout <= most) return;
        string upper = most == TimeSpan.MaxValue ? "" : $" and at most {most}";
        throw new ArgumentOutOfRangeException(name, timeout, $"{nameof(MpiOptions)}.{name} must be above 0{upper}, but is {timeout}.");
    }
}
