using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Keeps the numbers of timestep tensors that the host wrote for another device, so that a network's wrapper does not wait for that device
/// to read them back. Nothing changes such a tensor in place: the numbers kept would be the old ones. One made elsewhere is unknown here.
/// </summary>
internal static class HostTimesteps
{
    private static readonly ConditionalWeakTable<Tensor, long[]> Known = [];

    /// <summary>Keeps the numbers of a tensor as long as the tensor lives.</summary>
    /// <param name="t">The timesteps; not changed afterwards.</param>
    /// <param name="values">Its different numbers, in any order.</param>
    /// <returns><paramref name="t"/>.</returns>
    public static Tensor Keep(Tensor t, long[] values)
    {
        if (t.device_type != TorchSharp.DeviceType.CPU) Known.AddOrUpdate(t, values);
        return t;
    }

    /// <summary>Returns the numbers of a tensor, or null where the host does not know them.</summary>
    public static long[]? Of(Tensor t) => Known.TryGetValue(t, out long[]? values) ? values : null;
}
