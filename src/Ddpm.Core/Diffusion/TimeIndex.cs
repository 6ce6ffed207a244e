using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds the timesteps of a batch: one t for each example, or one shared by all. It converts implicitly from an <see cref="int"/>, a
/// <c>long[]</c> or an int64 tensor [B], so that every formula is written once.
/// </summary>
public readonly struct TimeIndex
{
    private readonly int shared;
    private readonly long[]? perExample;

    private TimeIndex(int shared) => this.shared = shared;

    private TimeIndex(long[] perExample) => this.perExample = perExample;

    /// <summary>Gets whether all examples share one timestep.</summary>
    public bool IsShared => perExample is null;

    /// <summary>Gets the timestep of one example.</summary>
    /// <param name="example">The index in the batch; any value when the timestep is shared.</param>
    public int this[int example] => perExample is null ? shared : checked((int)perExample[example]);

    /// <summary>Converts one number to a timestep that all examples share.</summary>
    /// <param name="t">The timestep.</param>
    public static implicit operator TimeIndex(int t) => new(t);

    /// <summary>Converts an array to one timestep for each example.</summary>
    /// <param name="t">The timesteps, [B].</param>
    public static implicit operator TimeIndex(long[] t) => FromArray(t);

    /// <summary>
    /// Converts a tensor to one timestep for each example, or to one shared by all when <paramref name="t"/> is a scalar. The values are
    /// copied to the host.
    /// </summary>
    /// <param name="t">The timesteps, int64 [B] or [].</param>
    public static implicit operator TimeIndex(Tensor t) => FromTensor(t);

    /// <summary>Creates one timestep that all examples share.</summary>
    /// <param name="t">The timestep.</param>
    public static TimeIndex FromInt32(int t) => t;

    /// <summary>Creates one timestep for each example.</summary>
    /// <param name="t">The timesteps, [B].</param>
    public static TimeIndex FromArray(long[] t)
    {
        ArgumentNullException.ThrowIfNull(t);
        return new TimeIndex([.. t]);
    }

    /// <summary>
    /// Creates one timestep for each example, or one shared by all when <paramref name="t"/> is a scalar. The values are copied to the
    /// host.
    /// </summary>
    /// <param name="t">The timesteps, int64 [B] or [].</param>
    /// <exception cref="ArgumentException"><paramref name="t"/> has more than one axis or does not hold integers.</exception>
    public static TimeIndex FromTensor(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        if (t.dim() > 1) throw new ArgumentException($"t must have the shape [B] or [], but has {Require.Shape(t)}.", nameof(t));
        if (t.dtype is not (ScalarType.Int64 or ScalarType.Int32))
        {
            throw new ArgumentException($"t must hold int64 numbers, but holds {t.dtype}.", nameof(t));
        }

        using var scope = NewDisposeScope();
        Tensor host = t.to(int64, CPU, copy: true).contiguous();
        return t.dim() == 0 ? new TimeIndex(checked((int)host.item<long>())) : new TimeIndex(host.data<long>().ToArray());
    }

    /// <summary>Checks the timesteps against a schedule and a batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … <paramref name="timesteps"/>-1.</exception>
    /// <exception cref="ArgumentException">There is not one timestep for each example.</exception>
    internal TimeIndex Validated(int timesteps, Tensor batch, string t = "t")
    {
        if (perExample is null)
        {
            Require.Timestep(shared, timesteps, t);
            return this;
        }

        if (perExample.Length != batch.size(0))
        {
            throw new ArgumentException($"t must have one timestep for each of the {batch.size(0)} examples of the batch " +
                $"{Require.Shape(batch)}, but has {perExample.Length}.", nameof(t));
        }

        foreach (long each in perExample) Require.Timestep(each is < int.MinValue or > int.MaxValue ? -1 : (int)each, timesteps, t);
        return this;
    }

    /// <summary>
    /// The entries of a table at these timesteps, in a form that multiplies <paramref name="batch"/>: a float64 scalar (which leaves the
    /// other operand's type and device alone) when shared, else [B, 1, …] in the batch's type and on its device.
    /// </summary>
    internal Tensor Gather(ImmutableArray<double> table, Tensor batch)
    {
        if (perExample is null) return torch.tensor(table[shared], float64);

        var values = new double[perExample.Length];
        for (int i = 0; i < values.Length; i++) values[i] = table[(int)perExample[i]];
        var shape = new long[batch.dim()];
        Array.Fill(shape, 1);
        shape[0] = values.Length;
        using Tensor host = torch.tensor(values, float64);
        using Tensor rounded = host.to(batch.dtype), cast = rounded.ToDevice(batch.device);
        return cast.reshape(shape);
    }

    /// <summary>The timesteps as the int64 tensor [B] that a network takes.</summary>
    internal Tensor ToTensor(long batch, Device device, Func<int, int> map)
    {
        if (perExample is null)
        {
            long each = map(shared);
            using Scalar timestep = each;
            return HostTimesteps.Keep(full(batch, timestep, dtype: int64, device: device), [each]);
        }

        long[] values = [.. perExample.Select(t => (long)map((int)t))];
        return HostTimesteps.Keep(HostNumbers.On(device, values), values);
    }
}
