using System.Diagnostics;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Connects the processes that <c>mpirun</c> or <c>srun</c> started by MPI: OpenMPI, MPICH and its family, MS-MPI, and libraries
/// with the MPI-5 ABI, which it finds and distinguishes when the program runs. Without a launcher the same program is rank 0 of 1.
/// </summary>
/// <remarks>
/// An unhandled exception, and a rank that ends without disposing this object, end the whole job with a non-zero exit code, because the
/// others would wait forever. A killed process ends the job through its launcher. To recover, start again from the last checkpoint.
/// </remarks>
public sealed class MpiCommunicator : ICommunicator
{
    private const int ErrorCode = 1;
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);
    private static readonly Lock Starting = new();
    private static bool started;

    private readonly MpiFunctions mpi;
    private readonly MpiOptions options;
    private readonly bool ownsMpi;
    private readonly nint world;
    private readonly nint leaving;
    private readonly nint watching;
    private readonly RankCalls calls = new();
    private readonly RankWatch? watch;
    private readonly TensorMemory memory;
    private Exception? failure;
    private bool disposed;
    private bool aborting;

    private MpiCommunicator(MpiFunctions mpi, MpiOptions options, Launcher? launcher)
    {
        this.mpi = mpi;
        this.options = options;
        MpiAbi abi = mpi.Library.Abi;
        using var guard = new StartGuard(launcher, options.StartTimeout);
        ownsMpi = !mpi.IsInitialized;
        if (ownsMpi) mpi.Initialize();
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        mpi.ReturnErrors(abi.CommWorld);
        // Messages of our own: neither another part of the program nor the farewell may meet the collectives.
        world = mpi.Duplicate(abi.CommWorld);
        leaving = mpi.Duplicate(abi.CommWorld);
        watching = mpi.Duplicate(abi.CommWorld);
        Rank = mpi.Rank(world);
        WorldSize = mpi.Size(world);
        nint machine = mpi.SplitByMachine(world);
        LocalRank = mpi.Rank(machine);
        mpi.Free(machine);
        IsCudaAware = mpi.IsCudaAware;
        memory = new TensorMemory(IsCudaAware);
        // Each process of a mismatched job is alone in its world and may leave it in order.
        try
        {
            Launcher.RequireMatch(launcher, WorldSize, $"{mpi.Library.File} ({abi.Name})");
            this.RequireSame("program", RankIdentity.Program);
            if (WorldSize > 1 && mpi.IsConcurrent)
            {
                string[] names = [.. this.AllGather(RankIdentity.Place).Select((place, rank) => $"rank {rank} ({place})")];
                watch = new RankWatch(mpi, watching, calls, names, options.SilenceTimeout, Abort);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int WorldSize { get; }

    /// <inheritdoc/>
    public int LocalRank { get; }

    /// <summary>Gets the name and version that the MPI library reports, for logs.</summary>
    public string Library => $"{mpi.Library.File}: {mpi.Library.Version.Split('\n')[0]}";

    /// <summary>
    /// Gets whether MPI reads and writes GPU memory directly; otherwise GPU tensors are copied through pinned host memory.
    /// </summary>
    public bool IsCudaAware { get; }

    /// <summary>
    /// Joins the ranks. It is collective, and may be called once in a process. Without a launcher and an MPI library it returns
    /// <see cref="SingleProcess"/>.
    /// </summary>
    /// <param name="options">The settings that find MPI.</param>
    /// <returns>The ranks; dispose it at the end, on every rank.</returns>
    /// <exception cref="MpiException">
    /// There is no MPI library or an unknown one, the launcher belongs to another MPI than the library, or MPI was started before.
    /// </exception>
    public static ICommunicator Start(MpiOptions? options = null)
    {
        options = (options ?? MpiOptions.Default).Validated();
        var launcher = Launcher.Find(Environment.GetEnvironmentVariable);
        string? named = options.Library ?? Environment.GetEnvironmentVariable(MpiOptions.LibraryVariable);
        IReadOnlyList<string> names = LibraryNames.Candidates(options.Library, named, launcher, OperatingSystem.IsWindows());
        lock (Starting)
        {
            if (started)
            {
                throw new MpiException("MPI can be started only once in a process, and it was: keep the communicator while it is needed.");
            }

            MpiLibrary? library = MpiLibrary.Load(names);
            if (library is null && launcher is null && string.IsNullOrEmpty(named)) return SingleProcess.Instance;
            if (library is null)
            {
                throw new MpiException($"No MPI library can be loaded: tried {string.Join(", ", names)}. Install one (openmpi-bin or " +
                    $"mpich on Debian and Ubuntu, MS-MPI on Windows), or name its file in {MpiOptions.LibraryVariable}.");
            }

            TorchRuntime.EnsureLoaded();
            var mpi = new MpiFunctions(library);
            if (mpi.IsFinalized)
            {
                throw new MpiException("MPI was finalised in this process by another part of the program, and cannot be started again.");
            }

            started = true;
            return new MpiCommunicator(mpi, options, launcher);
        }
    }

    /// <inheritdoc/>
    public void SumInPlace(Tensor tensor)
    {
        Collective.RequireSummable(tensor);
        ObjectDisposedException.ThrowIf(disposed, this);
        MpiAbi abi = mpi.Library.Abi;
        nint type = tensor.dtype switch { ScalarType.Float32 => abi.Float, ScalarType.Float64 => abi.Double, _ => abi.Int64 };
        int size = checked((int)tensor.ElementSize);
        calls.Make(CallKind.Sum, tensor.numel() * size);
        unsafe
        {
            memory.Use(tensor, (address, bytes) => mpi.SumInPlace((void*)address, bytes / size, type, world));
        }
    }

    /// <inheritdoc/>
    public void AverageInPlace(Tensor tensor)
    {
        Collective.RequireAverageable(tensor);
        SumInPlace(tensor);
        using var noGradient = no_grad();
        using Tensor values = tensor.detach();
        values.DivideInPlace(WorldSize);
    }

    /// <inheritdoc/>
    public void BroadcastInPlace(Tensor tensor, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Collective.RequireRoot(root, WorldSize);
        ObjectDisposedException.ThrowIf(disposed, this);
        calls.Make(CallKind.Broadcast, tensor.numel() * tensor.ElementSize);
        unsafe
        {
            memory.Use(tensor, (address, bytes) => mpi.Broadcast((void*)address, bytes, root, world));
        }
    }

    /// <inheritdoc/>
    public byte[][] AllGather(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        calls.Make(CallKind.AllGather);
        int[] counts = new int[WorldSize], offsets = new int[WorldSize];
        mpi.Gather(bytes.Length, counts, world);
        for (int rank = 1; rank < WorldSize; rank++) offsets[rank] = checked(offsets[rank - 1] + counts[rank - 1]);
        byte[] all = new byte[checked(offsets[^1] + counts[^1])];
        mpi.Gather(bytes, all, counts, offsets, world);
        return [.. Enumerable.Range(0, WorldSize).Select(rank => all[offsets[rank]..(offsets[rank] + counts[rank])])];
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        calls.Make(CallKind.Barrier);
        mpi.Barrier(world);
    }

    /// <inheritdoc/>
    public void Fail(Exception reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        failure ??= reason;
    }

    /// <summary>
    /// Leaves together with the other ranks. After <see cref="Fail"/> it ends all ranks at once, because they may be waiting for this one.
    /// </summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        if (failure is not null && WorldSize > 1) Abort(ArgumentMessage.Of(failure));
        calls.Make(CallKind.Leave);
        if (!mpi.Barrier(leaving, options.LeaveTimeout))
        {
            Abort($"this rank has come to its end, but others have not within {options.LeaveTimeout}: they may wait for it. Dispose the " +
                "communicator on every rank.");
        }

        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        watch?.Dispose();
        memory.Dispose();
        mpi.Free(watching);
        mpi.Free(leaving);
        mpi.Free(world);
        if (ownsMpi) mpi.FinalizeAll();
    }

    // Raised before any finally block runs, so that no disposal waits for the others. A single process has no others to end.
    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (WorldSize > 1) Abort($"unhandled exception. {unhandled.ExceptionObject}");
    }

    private void OnProcessExit(object? sender, EventArgs args)
    {
        if (WorldSize <= 1) return;
        Abort(failure is null ? "the process ends without having disposed its communicator." : ArgumentMessage.Of(failure));
    }

    // On any thread; the first reason is the one that is told.
    private void Abort(string reason)
    {
        if (Interlocked.Exchange(ref aborting, true)) Thread.Sleep(Timeout.Infinite);
        Console.Error.WriteLine($"Rank {Rank} of {WorldSize} ends the job: {reason}");
        Console.Error.Flush();
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        EndLate();
        mpi.Abort(ErrorCode);
        // MPI_Abort does not come back from the libraries that are known; if one should, this process ends all the same.
        Environment.Exit(ErrorCode);
    }

    // The launcher ends a job whose process is killed, too.
    private static void EndLate()
    {
        var thread = new Thread(() =>
        {
            Thread.Sleep(AbortLimit);
            using Process self = Process.GetCurrentProcess();
            self.Kill();
        })
        { IsBackground = true };
        thread.Start();
    }
}
