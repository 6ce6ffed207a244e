namespace Ddpm.Distributed.Mpi;

/// <summary>
/// The MPI functions in use, as C# methods that throw. One thread at a time calls them, but for <see cref="Abort"/>, and for messages of
/// one rank to another where <see cref="IsConcurrent"/>.
/// </summary>
internal sealed unsafe class MpiFunctions(MpiLibrary library)
{
    private readonly MpiAbi abi = library.Abi;
    private readonly delegate* unmanaged[Cdecl]<void*, void*, int, nint, nint, nint, int> allreduce =
        (delegate* unmanaged[Cdecl]<void*, void*, int, nint, nint, nint, int>)library.Export("MPI_Allreduce");
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int> broadcast =
        (delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int>)library.Export("MPI_Bcast");
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int> gather =
        (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int>)library.Export("MPI_Allgather");
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int> gatherParts =
        (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int>)library.Export("MPI_Allgatherv");
    private readonly delegate* unmanaged[Cdecl]<nint, int> barrier = (delegate* unmanaged[Cdecl]<nint, int>)library.Export("MPI_Barrier");

    public MpiLibrary Library => library;

    public bool IsInitialized => Flag("MPI_Initialized");

    public bool IsFinalized => Flag("MPI_Finalized");

    /// <summary>Gets whether buffers of a GPU may be passed as they are; an extension that libraries without it lack.</summary>
    public bool IsCudaAware =>
        library.Find("MPIX_Query_cuda_support") is var address and not 0 && ((delegate* unmanaged[Cdecl]<int>)address)() == 1;

    /// <summary>Gets whether several threads may call at once.</summary>
    public bool IsConcurrent
    {
        get
        {
            int provided = 0;
            library.Check(((delegate* unmanaged[Cdecl]<int*, int>)library.Export("MPI_Query_thread"))(&provided), "MPI_Query_thread");
            return provided >= abi.ThreadMultiple;
        }
    }

    public void Initialize()
    {
        int provided = 0;
        library.Check(((delegate* unmanaged[Cdecl]<void*, void*, int, int*, int>)library.Export("MPI_Init_thread"))(
            null, null, abi.ThreadMultiple, &provided), "MPI_Init_thread");
        if (provided < abi.ThreadSerialized)
        {
            throw new MpiException($"{library.File} must allow calls from several threads, one at a time (MPI_THREAD_SERIALIZED, " +
                $"{abi.ThreadSerialized}), but gives {provided} only.");
        }
    }

    public int Rank(nint communicator) => Number("MPI_Comm_rank", communicator);

    public int Size(nint communicator) => Number("MPI_Comm_size", communicator);

    /// <summary>Returns a copy of a communicator, whose messages meet no others.</summary>
    public nint Duplicate(nint communicator)
    {
        nint copy = 0;
        library.Check(((delegate* unmanaged[Cdecl]<nint, nint*, int>)library.Export("MPI_Comm_dup"))(communicator, &copy), "MPI_Comm_dup");
        return copy;
    }

    /// <summary>Returns the ranks of this machine.</summary>
    public nint SplitByMachine(nint communicator)
    {
        nint local = 0;
        library.Check(((delegate* unmanaged[Cdecl]<nint, int, int, nint, nint*, int>)library.Export("MPI_Comm_split_type"))(
            communicator, abi.CommTypeShared, Rank(communicator), abi.InfoNull, &local), "MPI_Comm_split_type");
        return local;
    }

    public void Free(nint communicator) =>
        library.Check(((delegate* unmanaged[Cdecl]<nint*, int>)library.Export("MPI_Comm_free"))(&communicator), "MPI_Comm_free");

    /// <summary>Returns Errors come back as codes instead of ending the process.</summary>
    public void ReturnErrors(nint communicator) =>
        library.Check(((delegate* unmanaged[Cdecl]<nint, nint, int>)library.Export("MPI_Comm_set_errhandler"))(communicator,
            abi.ErrorsReturn), "MPI_Comm_set_errhandler");

    public void SumInPlace(void* buffer, int count, nint type, nint communicator) =>
        library.Check(allreduce((void*)abi.InPlace, buffer, count, type, abi.Sum, communicator), "MPI_Allreduce");

    public void Broadcast(void* buffer, int bytes, int root, nint communicator) =>
        library.Check(broadcast(buffer, bytes, abi.Byte, root, communicator), "MPI_Bcast");

    /// <summary>Returns one number of each rank.</summary>
    public void Gather(int value, Span<int> all, nint communicator)
    {
        fixed (int* start = all)
        {
            library.Check(gather(&value, sizeof(int), abi.Byte, start, sizeof(int), abi.Byte, communicator), "MPI_Allgather");
        }
    }

    /// <summary>Returns the bytes of each rank, one after the other.</summary>
    public void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts, ReadOnlySpan<int> offsets, nint communicator)
    {
        fixed (byte* from = own, to = all)
        fixed (int* sizes = counts, starts = offsets)
        {
            library.Check(gatherParts(from, own.Length, abi.Byte, to, sizes, starts, abi.Byte, communicator), "MPI_Allgatherv");
        }
    }

    public void Barrier(nint communicator) => library.Check(barrier(communicator), "MPI_Barrier");

    /// <summary>Waits until all ranks are here, but not longer than some time.</summary>
    /// <returns>Whether all came.</returns>
    public bool Barrier(nint communicator, TimeSpan limit)
    {
        nint request = 0;
        library.Check(((delegate* unmanaged[Cdecl]<nint, nint*, int>)library.Export("MPI_Ibarrier"))(communicator, &request),
            "MPI_Ibarrier");
        long started = Environment.TickCount64;
        for (int pause = 0; ; pause = Math.Min(pause + 1, 50))
        {
            if (IsDone(ref request)) return true;
            if (Environment.TickCount64 - started > limit.TotalMilliseconds) return false;
            Thread.Sleep(pause);
        }
    }

    /// <summary>Begins to send bytes, which must stay where they are until <see cref="IsDone"/>.</summary>
    public nint StartSending(void* buffer, int bytes, int target, nint communicator)
    {
        nint request = 0;
        library.Check(((delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int>)library.Export("MPI_Isend"))(
            buffer, bytes, abi.Byte, target, 0, communicator, &request), "MPI_Isend");
        return request;
    }

    /// <summary>Returns whether what was begun is done; then the request is no more.</summary>
    public bool IsDone(ref nint request)
    {
        int done = 0;
        fixed (nint* address = &request)
        {
            library.Check(((delegate* unmanaged[Cdecl]<nint*, int*, nint, int>)library.Export("MPI_Test"))(
                address, &done, abi.StatusIgnore), "MPI_Test");
        }

        return done != 0;
    }

    /// <summary>Returns whether a message of a rank has arrived.</summary>
    public bool HasMessage(int source, nint communicator)
    {
        int arrived = 0;
        library.Check(((delegate* unmanaged[Cdecl]<int, int, nint, int*, nint, int>)library.Export("MPI_Iprobe"))(
            source, 0, communicator, &arrived, abi.StatusIgnore), "MPI_Iprobe");
        return arrived != 0;
    }

    /// <summary>Receives a message of a rank.</summary>
    public void Receive(void* buffer, int bytes, int source, nint communicator) =>
        library.Check(((delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint, int>)library.Export("MPI_Recv"))(
            buffer, bytes, abi.Byte, source, 0, communicator, abi.StatusIgnore), "MPI_Recv");

    /// <summary>Ends all ranks; does not return.</summary>
    public void Abort(int code) => ((delegate* unmanaged[Cdecl]<nint, int, int>)library.Export("MPI_Abort"))(abi.CommWorld, code);

    public void FinalizeAll() => library.Check(((delegate* unmanaged[Cdecl]<int>)library.Export("MPI_Finalize"))(), "MPI_Finalize");

    private bool Flag(string function)
    {
        int flag = 0;
        library.Check(((delegate* unmanaged[Cdecl]<int*, int>)library.Export(function))(&flag), function);
        return flag != 0;
    }

    private int Number(string function, nint communicator)
    {
        int number = 0;
        library.Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)library.Export(function))(communicator, &number), function);
        return number;
    }
}
