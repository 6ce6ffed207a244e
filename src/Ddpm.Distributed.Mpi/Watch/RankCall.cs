namespace Ddpm.Distributed.Mpi;

/// <summary>The last collective call of a rank. Calls of one number must be alike on all ranks.</summary>
/// <param name="Number">How many calls it is, counted from 1; 0 before the first.</param>
/// <param name="Kind">What is called.</param>
/// <param name="Bytes">The bytes of the tensor; 0 where ranks may differ.</param>
/// <param name="History">A digest of this call and all before.</param>
internal readonly record struct RankCall(long Number, CallKind Kind, long Bytes, ulong History)
{
    /// <summary>The numbers of a call as it is sent.</summary>
    public const int Numbers = 4;

    // FNV-1a.
    private const ulong Prime = 1099511628211;

    /// <summary>Returns the call after this one.</summary>
    public RankCall Next(CallKind kind, long bytes) =>
        new(Number + 1, kind, bytes, unchecked((((History ^ (ulong)kind) * Prime) ^ (ulong)bytes) * Prime));

    /// <summary>Writes the numbers of the call.</summary>
    public void Write(Span<long> numbers)
    {
        numbers[0] = Number;
        numbers[1] = (long)Kind;
        numbers[2] = Bytes;
        numbers[3] = unchecked((long)History);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static RankCall Read(ReadOnlySpan<long> numbers) =>
        new(numbers[0], (CallKind)numbers[1], numbers[2], unchecked((ulong)numbers[3]));

    /// <summary>Returns names the call for an error.</summary>
    public override string ToString() => Kind switch
    {
        CallKind.Leave => $"leaves after {Number - 1} calls",
        _ => Bytes > 0 ? $"makes as call {Number} {Kind} of {Bytes} bytes" : $"makes as call {Number} {Kind}",
    };
}
