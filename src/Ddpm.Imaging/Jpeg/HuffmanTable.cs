namespace Ddpm.Imaging.Jpeg;

/// <summary>A Huffman table of a JPEG file.</summary>
internal sealed class HuffmanTable
{
    private const int Longest = 16, Short = 8;

    // Codes of up to 8 bits by their bits and any others behind them: length in the upper byte, symbol in the lower; 0 for longer ones.
    private readonly ushort[] fast = new ushort[1 << Short];
    private readonly int[] firstCode = new int[Longest + 1], firstSymbol = new int[Longest + 1], count = new int[Longest + 1];
    private readonly byte[] symbols;

    private HuffmanTable(byte[] symbols) => this.symbols = symbols;

    /// <summary>Makes a table as the file has it; null where the codes of some length are more than there can be.</summary>
    /// <param name="counts">The number of codes of each length 1 … 16.</param>
    /// <param name="symbols">What they stand for, in order.</param>
    public static HuffmanTable? Create(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        var table = new HuffmanTable(symbols.ToArray());
        int code = 0, symbol = 0;
        for (int length = 1; length <= Longest; length++)
        {
            int codes = counts[length - 1];
            (table.firstCode[length], table.firstSymbol[length], table.count[length]) = (code, symbol, codes);
            if (code + codes > 1 << length) return null;
            for (int i = 0; i < codes && length <= Short; i++)
            {
                ushort entry = (ushort)(length << 8 | symbols[symbol + i]);
                table.fast.AsSpan((code + i) << (Short - length), 1 << (Short - length)).Fill(entry);
            }

            symbol += codes;
            code = (code + codes) << 1;
        }

        return table;
    }

    /// <summary>Takes a code; gives what it stands for, or -1 where there is none like it.</summary>
    public int Decode(ref JpegBits bits)
    {
        int next = bits.Peek(Longest);
        int entry = fast[next >> (Longest - Short)];
        if (entry != 0)
        {
            bits.Skip(entry >> 8);
            return entry & 0xFF;
        }

        for (int length = Short + 1; length <= Longest; length++)
        {
            int offset = (next >> (Longest - length)) - firstCode[length];
            if (offset < 0 || offset >= count[length]) continue;
            bits.Skip(length);
            return symbols[firstSymbol[length] + offset];
        }

        return -1;
    }
}
