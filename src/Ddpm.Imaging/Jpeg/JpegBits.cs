namespace Ddpm.Imaging.Jpeg;

/// <summary>The bits of one scan of a JPEG file, up to the marker or the end of the file that ends them.</summary>
/// <param name="file">The whole file.</param>
/// <param name="start">Where the scan's bits begin.</param>
internal ref struct JpegBits(ReadOnlySpan<byte> file, int start)
{
    private const byte MarkerPrefix = 0xFF;
    private const int LongestCode = 16;
    private readonly ReadOnlySpan<byte> file = file;
    private ulong buffer;
    private int available;

    /// <summary>Gets where the next byte is that was not read.</summary>
    public int Position { get; private set; } = start;

    /// <summary>Gets whether more bits were taken than there are.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Returns whether more bits were taken than there are, or too few are left for another code.</summary>
    public bool AtEnd()
    {
        Fill();
        return Exhausted || available < LongestCode;
    }

    /// <summary>Returns the next bits, the first one highest; zeros stand in for bits behind the end.</summary>
    public int Peek(int bits)
    {
        if (available < bits) Fill();
        ulong aligned = available >= bits ? buffer >> (available - bits) : buffer << (bits - available);
        return (int)(aligned & ((1UL << bits) - 1));
    }

    /// <summary>Passes over bits.</summary>
    public void Skip(int bits)
    {
        if (available < bits) Fill();
        if (available < bits)
        {
            Exhausted = true;
            available = 0;
            return;
        }

        available -= bits;
    }

    /// <summary>Takes bits.</summary>
    public int Take(int bits)
    {
        int value = Peek(bits);
        Skip(bits);
        return value;
    }

    /// <summary>Passes over a restart marker; false where another byte than its first stands there.</summary>
    public bool Restart(int number)
    {
        Align();
        while (Position + 1 < file.Length && file[Position] == MarkerPrefix && file[Position + 1] == MarkerPrefix) Position++;
        if (Position + 1 >= file.Length || file[Position] != MarkerPrefix || file[Position + 1] != 0xD0 + number) return false;
        Position += 2;
        return true;
    }

    /// <summary>Passes over what is left of the scan, up to the next marker; gives how many bytes it is, without padding.</summary>
    public int Finish()
    {
        int left = available / 8;
        Align();
        for (; Position < file.Length; Position++)
        {
            byte value = file[Position];
            if (value == MarkerPrefix && Position + 1 < file.Length && IsEnd(file[Position + 1])) break;
            if (value is not (0 or MarkerPrefix)) left++;
        }

        return left;
    }

    // Restart markers, stuffed zeros and fill bytes belong to a scan.
    private static bool IsEnd(byte code) => code is not (0 or MarkerPrefix or >= 0xD0 and <= 0xD7);

    // The bits before the next whole byte are padding; a marker follows them.
    private void Align() => (buffer, available) = (0, 0);

    private void Fill()
    {
        while (available <= 56 && Position < file.Length)
        {
            byte value = file[Position];
            if (value == MarkerPrefix)
            {
                int next = Position + 1;
                while (next < file.Length && file[next] == MarkerPrefix) next++;
                // A prefix before 0 is data; before anything else it begins a marker.
                if (next >= file.Length || file[next] != 0) return;
                Position = next;
            }

            Position++;
            buffer = buffer << 8 | value;
            available += 8;
        }
    }
}
