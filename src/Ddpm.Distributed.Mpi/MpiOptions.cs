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

    /// <summary>
    /// How long the processes of a launcher may take to join each other at the start, before those that wait end the job: one that runs
    /// without MPI, or another program, never comes. Range: &gt; 0, at most a day.
    /// </summary>
    /// <value>25 seconds.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long a rank may give no sign of life, before the others name it and end the job: it was stopped, or its machine is out of reach.
    /// Ranks that compute give signs too. Needs an MPI library that several threads may call at once (MPI_THREAD_MULTIPLE); with others
    /// ranks are not watched. Range: &gt; 0, at most a day.
    /// </summary>
    /// <value>60 seconds.</value>
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
