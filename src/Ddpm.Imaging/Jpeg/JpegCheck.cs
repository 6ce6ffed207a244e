using System.Buffers.Binary;

namespace Ddpm.Imaging.Jpeg;

/// <summary>
/// Finds JPEG files that are not whole by reading all their Huffman codes, without making pixels of them: a decoder fills what is missing
/// with gray, and says nothing where an end marker stands behind what is there.
/// </summary>
internal sealed class JpegCheck
{
    public const string EndsEarly = "it ends before the image does", Corrupt = "its data are corrupt";

    // More than any encoder makes. Each scan passes over all blocks, however short it is.
    private const int MostScans = 256;
    private readonly HuffmanTable?[] direct = new HuffmanTable?[4], alternating = new HuffmanTable?[4];
    private JpegComponent[] components = [];
    private bool progressive;
    private int restartInterval, scans;

    /// <summary>Gives what is wrong with a file, or null: for files that are whole, are no JPEG, or are of a rare kind.</summary>
    public static string? Problem(ReadOnlySpan<byte> file) =>
        file.Length > 3 && file[0] == 0xFF && file[1] == 0xD8 ? new JpegCheck().Segments(file) : null;

    private string? Segments(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (true)
        {
            // Bytes between two segments are passed over, as by every decoder.
            while (position < file.Length && file[position] != 0xFF) position++;
            while (position < file.Length && file[position] == 0xFF) position++;
            if (position >= file.Length) return Missing();
            byte marker = file[position++];
            if (marker is 0 or 1 or >= 0xD0 and <= 0xD8) continue;
            if (marker == 0xD9) return Missing();
            if (position + 2 > file.Length) return EndsEarly;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[position..]);
            if (length < 2 || position + length > file.Length) return length < 2 ? Corrupt : EndsEarly;
            ReadOnlySpan<byte> segment = file[(position + 2)..(position + length)];
            position += length;
            switch (marker)
            {
                case 0xC4:
                    if (!Tables(segment)) return Corrupt;
                    break;
                case 0xDD when segment.Length == 2:
                    restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case 0xC0 or 0xC1 or 0xC2 when components.Length == 0:
                    progressive = marker == 0xC2;
                    if (!Frame(segment)) return null;
                    break;
                case 0xDA:
                    if (++scans > MostScans) return $"it has more than {MostScans} scans";
                    if (Scan(segment) is not { } scan) return Corrupt;
                    // Frames of films leave the usual tables out, which the decoder knows.
                    if (!scan.HasTables) return null;
                    var bits = new JpegBits(file, position);
                    if (scan.Check(ref bits) is { } problem) return problem;
                    position = bits.Position;
                    break;
                case >= 0xC0 and <= 0xCF or 0xDC:
                    // Arithmetic coding, lossless and hierarchical files: the decoder knows them or says so.
                    return null;
            }
        }
    }

    // A decoder draws with what has come; an end marker does not make it all.
    private string? Missing() =>
        components.Length == 0 || components.Any(component => component.BitsLeft[0] < 0 || component.BitsLeft.Any(bits => bits > 0))
            ? EndsEarly
            : null;

    private bool Tables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 16)
        {
            (int kind, int place) = (segment[0] >> 4, segment[0] & 15);
            int count = 0;
            foreach (byte codes in segment[1..17]) count += codes;
            if (kind > 1 || place > 3 || count > 256 || segment.Length < 17 + count) return false;
            if (HuffmanTable.Create(segment[1..17], segment.Slice(17, count)) is not { } table) return false;
            (kind == 0 ? direct : alternating)[place] = table;
            segment = segment[(17 + count)..];
        }

        return segment.IsEmpty;
    }

    // False for what only the decoder can judge.
    private bool Frame(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment.Length != 6 + 3 * segment[5] || segment[5] is 0 or > 4) return false;
        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        if (height == 0 || width == 0) return false;
        var found = new JpegComponent[segment[5]];
        for (int i = 0; i < found.Length; i++)
        {
            byte sampling = segment[6 + 3 * i + 1];
            (int horizontal, int vertical) = (sampling >> 4, sampling & 15);
            if (horizontal is 0 or > 4 || vertical is 0 or > 4) return false;
            found[i] = new JpegComponent(segment[6 + 3 * i], horizontal, vertical);
        }

        int mostHorizontal = found.Max(component => component.Horizontal), mostVertical = found.Max(component => component.Vertical);
        foreach (JpegComponent component in found) component.Cover(width, height, mostHorizontal, mostVertical);
        components = found;
        return true;
    }

    private JpegScan? Scan(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment.Length != 4 + 2 * segment[0]) return null;
        var parts = new (JpegComponent, HuffmanTable?, HuffmanTable?)[segment[0]];
        for (int i = 0; i < parts.Length; i++)
        {
            byte id = segment[1 + 2 * i], tables = segment[2 + 2 * i];
            JpegComponent? component = Array.Find(components, candidate => candidate.Id == id);
            if (component is null || tables >> 4 > 3 || (tables & 15) > 3) return null;
            parts[i] = (component, direct[tables >> 4], alternating[tables & 15]);
        }

        ReadOnlySpan<byte> end = segment[^3..];
        (int first, int last, int before, int now) = progressive ? (end[0], end[1], end[2] >> 4, end[2] & 15) : (0, 63, 0, 0);
        // The direct coefficient has scans of its own; the others, of one component each.
        bool possible = first <= last && last < 64 && now <= 13 && (!progressive || (first == 0 ? last == 0 : parts.Length == 1));
        return !possible ? null : new JpegScan
        {
            Parts = parts,
            Progressive = progressive,
            Band = (first, last),
            Bit = (before, now),
            RestartInterval = restartInterval,
        };
    }
}
