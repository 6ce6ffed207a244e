using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Gives numbers of the host to a device, which waits for each such copy, and counts the copies: a step of a sampler makes at most one.
/// Whole numbers in a row are made where they are needed.
/// </summary>
internal static class HostNumbers
{
    [ThreadStatic]
    private static int copies;

    /// <summary>Gets how many copies this thread has made to devices other than the CPU.</summary>
    public static int Copies => copies;

    /// <summary>Returns the numbers as int64 [n] on a device.</summary>
    public static Tensor On(Device device, IReadOnlyList<long> values) =>
        IsRow(values) ? Row(values[0], values.Count, device) : Counted(tensor([.. values], int64, device));

    /// <summary>Returns first, first + 1, … as int64 [n] on a device; without a copy.</summary>
    public static Tensor Row(long first, long count, Device device)
    {
        using Scalar start = first, end = first + count, one = 1L;
        return arange(start, end, one, int64, device);
    }

    /// <summary>Returns a tensor of the host on a device; where that is the CPU, one that shares its memory.</summary>
    public static Tensor ToDevice(this Tensor host, Device device) => Counted(host.to(device));

    private static bool IsRow(IReadOnlyList<long> values)
    {
        for (int i = 1; i < values.Count; i++)
        {
            if (values[i] != values[0] + i) return false;
        }

        // The number after the last must exist, for a row ends before it.
        return values.Count > 0 && values[^1] < long.MaxValue;
    }

    private static Tensor Counted(Tensor there)
    {
        if (there.device_type != DeviceType.CPU) copies++;
        return there;
    }
}
