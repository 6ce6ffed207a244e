using System.Buffers.Binary;
using System.Text;

namespace Ddpm.Plotting.Tests;

/// <summary>Reads an animated PNG file chunk by chunk, in the order of the specification, and checks sums and sequence numbers.</summary>
/// <param name="Plays">How often it plays; 0 for ever.</param>
/// <param name="Still">The picture of a viewer that does not animate, as a PNG file.</param>
/// <param name="Frames">Each frame as a PNG file, with its time.</param>
internal sealed record AnimatedPngFile(int Plays, byte[] Still, IReadOnlyList<(byte[] Png, double Seconds)> Frames)
{
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'];

    public static AnimatedPngFile Read(byte[] file)
    {
        file.Take(8).Should().Equal(Signature);
        var chunks = new List<(string Type, byte[] Data)>();
        for (int at = 8; at < file.Length;)
        {
            int length = Number(file, at);
            byte[] named = file[(at + 4)..(at + 8 + length)];
            BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)).Should().Be(Sum(named));
            chunks.Add((Encoding.ASCII.GetString(named, 0, 4), named[4..]));
            at += length + 12;
        }

        byte[] header = chunks[0].Data, control = chunks[1].Data;
        int frames = Number(control, 0);
        IEnumerable<string> pairs = Enumerable.Repeat(new[] { "fcTL", "fdAT" }, frames).SelectMany(pair => pair);
        string[] expected = ["IHDR", "acTL", "IDAT", .. pairs, "IEND"];
        chunks.Select(chunk => chunk.Type).Should().Equal(expected);
        chunks.Where(chunk => chunk.Type is "fcTL" or "fdAT").Select(chunk => Number(chunk.Data, 0))
            .Should().Equal(Enumerable.Range(0, 2 * frames));
        return new AnimatedPngFile(
            Number(control, 4),
            Png(header, chunks[2].Data),
            [.. Enumerable.Range(0, frames).Select(k =>
            {
                byte[] shown = chunks[3 + 2 * k].Data;
                shown[4..12].Should().Equal(header[..8], "a frame is as large as the picture");
                shown[12..20].Should().OnlyContain(value => value == 0, "it begins at the corner");
                shown[24..].Should().Equal(0, 0);
                double seconds = BinaryPrimitives.ReadUInt16BigEndian(shown.AsSpan(20))
                    / (double)BinaryPrimitives.ReadUInt16BigEndian(shown.AsSpan(22));
                return (Png(header, chunks[4 + 2 * k].Data[4..]), seconds);
            })]);
    }

    private static byte[] Png(byte[] header, byte[] pixels) =>
        [.. Signature, .. Chunk("IHDR", header), .. Chunk("IDAT", pixels), .. Chunk("IEND", [])];

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data], length = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Sum(named));
        return [.. length, .. named, .. sum];
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));

    // PNG specification, annex D: bit by bit.
    private static uint Sum(byte[] bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) == 1 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
        }

        return ~sum;
    }
}
