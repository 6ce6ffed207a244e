namespace Ddpm.Imaging.Jpeg;

/// <summary>
/// One scan of a JPEG file: which coefficients of which components its bits are, and with which tables they are coded (ITU-T T.81,
/// annexes F and G).
/// </summary>
internal sealed class JpegScan
{
    private const int MostExtraBytes = 64;
    private int runOfEmpty;

    public required (JpegComponent Component, HuffmanTable? Direct, HuffmanTable? Alternating)[] Parts { get; init; }

    public required bool Progressive { get; init; }

    /// <summary>Gets the first and last coefficient.</summary>
    public required (int First, int Last) Band { get; init; }

    /// <summary>Gets the lowest bit of the coefficients that earlier scans gave, 0 for none; and that of this scan.</summary>
    public required (int Before, int Now) Bit { get; init; }

    /// <summary>Gets the units between two restart markers; 0 for none.</summary>
    public required int RestartInterval { get; init; }

    /// <summary>Gets whether all tables are there that the scan needs.</summary>
    public bool HasTables => Parts.All(part =>
        (part.Direct is not null || Band.First > 0 || Bit.Before > 0) && (part.Alternating is not null || Band.Last == 0));

    /// <summary>Passes over the scan's bits; gives what is wrong with them, or null.</summary>
    public string? Check(ref JpegBits bits)
    {
        foreach ((JpegComponent component, _, _) in Parts) component.BitsLeft.AsSpan(Band.First..(Band.Last + 1)).Fill(Bit.Now);
        JpegComponent first = Parts[0].Component;
        bool alone = Parts.Length == 1;
        (int wide, int high) = alone ? (first.Wide, first.High) : (first.Stride / first.Horizontal, first.Rows / first.Vertical);
        long unit = 0;
        for (int row = 0; row < high; row++)
        {
            for (int column = 0; column < wide; column++, unit++)
            {
                if (RestartInterval > 0 && unit > 0 && unit % RestartInterval == 0)
                {
                    runOfEmpty = 0;
                    if (!bits.Restart((int)((unit / RestartInterval - 1) % 8))) return Problem(ref bits);
                }

                if (!Unit(ref bits, row, column, alone) || bits.Exhausted) return Problem(ref bits);
            }
        }

        return bits.Finish() > MostExtraBytes ? JpegCheck.Corrupt : null;
    }

    // Codes behind the end are no codes either.
    private static string Problem(ref JpegBits bits) => bits.AtEnd() ? JpegCheck.EndsEarly : JpegCheck.Corrupt;

    private bool Unit(ref JpegBits bits, int row, int column, bool alone)
    {
        foreach ((JpegComponent component, HuffmanTable? direct, HuffmanTable? alternating) in Parts)
        {
            (int wide, int high) = alone ? (1, 1) : (component.Horizontal, component.Vertical);
            for (int block = 0; block < wide * high; block++)
            {
                int place = (row * high + block / wide) * component.Stride + column * wide + block % wide;
                bool good = !Progressive ? Sequential(ref bits, direct!, alternating!)
                    : Band.First == 0 ? Direct(ref bits, direct)
                    : Bit.Before == 0 ? First(ref bits, alternating!, ref component.Nonzero[place])
                    : Refinement(ref bits, alternating!, ref component.Nonzero[place]);
                if (!good) return false;
            }
        }

        return true;
    }

    private static bool Sequential(ref JpegBits bits, HuffmanTable direct, HuffmanTable alternating)
    {
        int size = direct.Decode(ref bits);
        if (size is < 0 or > 16) return false;
        bits.Skip(size);
        for (int k = 1; k < JpegComponent.Coefficients; k++)
        {
            int code = alternating.Decode(ref bits), zeros = code >> 4;
            if (code < 0) return false;
            if (code == 0) return true;
            k += zeros;
            if ((code & 15) == 0)
            {
                if (zeros < 15) return true;
                continue;
            }

            if (k >= JpegComponent.Coefficients) return false;
            bits.Skip(code & 15);
        }

        return true;
    }

    private bool Direct(ref JpegBits bits, HuffmanTable? table)
    {
        int size = Bit.Before > 0 ? 1 : table!.Decode(ref bits);
        if (size is < 0 or > 16) return false;
        bits.Skip(size);
        return true;
    }

    private bool First(ref JpegBits bits, HuffmanTable table, ref ulong nonzero)
    {
        if (runOfEmpty > 0)
        {
            runOfEmpty--;
            return true;
        }

        for (int k = Band.First; k <= Band.Last; k++)
        {
            int code = table.Decode(ref bits), zeros = code >> 4;
            if (code < 0) return false;
            if ((code & 15) == 0 && zeros < 15)
            {
                runOfEmpty = (1 << zeros) - 1 + (zeros > 0 ? bits.Take(zeros) : 0);
                return true;
            }

            k += zeros;
            if ((code & 15) == 0) continue;
            if (k > Band.Last) return false;
            bits.Skip(code & 15);
            nonzero |= 1UL << k;
        }

        return true;
    }

    private bool Refinement(ref JpegBits bits, HuffmanTable table, ref ulong nonzero)
    {
        int k = Band.First;
        for (; runOfEmpty == 0 && k <= Band.Last; k++)
        {
            int code = table.Decode(ref bits), zeros = code >> 4;
            if (code < 0 || (code & 15) > 1) return false;
            bool fresh = (code & 15) == 1;
            if (fresh)
            {
                bits.Skip(1);
            }
            else if (zeros < 15)
            {
                runOfEmpty = (1 << zeros) + (zeros > 0 ? bits.Take(zeros) : 0);
                break;
            }

            // Each coefficient that is not 0 has a bit of correction, and counts among no zeros.
            for (; k <= Band.Last; k++)
            {
                if ((nonzero >> k & 1) == 1) bits.Skip(1);
                else if (--zeros < 0) break;
            }

            if (!fresh) continue;
            if (k > Band.Last) return false;
            nonzero |= 1UL << k;
        }

        if (runOfEmpty == 0) return true;
        for (; k <= Band.Last; k++)
        {
            if ((nonzero >> k & 1) == 1) bits.Skip(1);
        }

        runOfEmpty--;
        return true;
    }
}
