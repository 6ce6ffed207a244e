using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Gives MPI the memory of a tensor: its numbers one after the other, in pieces whose size fits the 32-bit counts of MPI. What lies
/// otherwise, on a GPU or in strides, is copied and copied back.
/// </summary>
internal sealed class TensorMemory(bool isCudaAware, int pieceBytes = TensorMemory.DefaultPieceBytes) : IDisposable
{
    /// <summary>256 MiB: below 2³¹ by far, and a multiple of every element's size.</summary>
    public const int DefaultPieceBytes = 1 << 28;

    private readonly Dictionary<ScalarType, Tensor> pinned = [];

    /// <summary>Calls MPI on the memory of a tensor.</summary>
    /// <param name="tensor">Any tensor; what MPI writes is in it afterwards.</param>
    /// <param name="use">Called with address and number of bytes, piece after piece.</param>
    public void Use(Tensor tensor, Action<nint, int> use)
    {
        if (tensor.numel() == 0) return;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor values = tensor.detach();
        if (values.device.type != DeviceType.CPU)
        {
            UseDevice(values, use);
            return;
        }

        if (values.is_contiguous())
        {
            UseFlat(values.view(-1), use);
            return;
        }

        Tensor copy = values.contiguous();
        UseFlat(copy.view(-1), use);
        values.copy_(copy);
    }

    public void Dispose()
    {
        foreach (Tensor buffer in pinned.Values) buffer.Dispose();
    }

    // Not run yet: no machine with a GPU was at hand when this was written.
    private void UseDevice(Tensor values, Action<nint, int> use)
    {
        if (isCudaAware)
        {
            Tensor packed = values.contiguous();
            // MPI does not wait for the work that has been given to the GPU.
            cuda.synchronize(values.device);
            UseAddress(Address(packed), packed.numel() * packed.ElementSize, use);
            if (!values.is_contiguous()) values.copy_(packed);
            return;
        }

        Tensor staged = Pinned(values);
        staged.copy_(values.reshape(-1));
        UseFlat(staged, use);
        values.copy_(staged.view(values.shape));
    }

    // One buffer of the host for each type, as large as the largest: pinning takes longer than copying.
    private Tensor Pinned(Tensor like)
    {
        if (!pinned.TryGetValue(like.dtype, out Tensor? buffer) || buffer.numel() < like.numel())
        {
            buffer?.Dispose();
            pinned[like.dtype] = buffer = empty([like.numel()], like.dtype).pin_memory().DetachFromDisposeScope();
        }

        return buffer.narrow(0, 0, like.numel());
    }

    private unsafe void UseFlat(Tensor flat, Action<nint, int> use)
    {
        long step = pieceBytes / flat.ElementSize;
        for (long first = 0; first < flat.numel(); first += step)
        {
            using Tensor piece = flat.narrow(0, first, Math.Min(step, flat.numel() - first));
            Span<byte> bytes = piece.bytes;
            fixed (byte* address = bytes) use((nint)address, bytes.Length);
        }
    }

    private void UseAddress(nint address, long bytes, Action<nint, int> use)
    {
        for (long first = 0; first < bytes; first += pieceBytes) use(address + (nint)first, (int)Math.Min(pieceBytes, bytes - first));
    }

    private static nint Address(Tensor packed) => packed.dtype switch
    {
        ScalarType.Float32 => packed.storage<float>().data_ptr() + (nint)(packed.storage_offset() * packed.ElementSize),
        ScalarType.Float64 => packed.storage<double>().data_ptr() + (nint)(packed.storage_offset() * packed.ElementSize),
        ScalarType.Int64 => packed.storage<long>().data_ptr() + (nint)(packed.storage_offset() * packed.ElementSize),
        _ => packed.storage<byte>().data_ptr() + (nint)(packed.storage_offset() * packed.ElementSize),
    };
}
