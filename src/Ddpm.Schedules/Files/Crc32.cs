namespace Ddpm.Core;

/// <summary>The check sum of gzip (RFC 1952, sec. 8) and of zip, which .NET does not compare, and of PNG (ISO 15948, annex D).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Step((uint)value, 8))];

    /// <summary>Goes on with a check sum over bytes; that of no bytes is 0.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        sum = ~sum;
        foreach (byte value in bytes) sum = sum >> 8 ^ Table[(byte)(sum ^ value)];
        return ~sum;
    }

    private static uint Step(uint sum, int bits) =>
        bits == 0 ? sum : Step((sum & 1) == 1 ? sum >> 1 ^ Polynomial : sum >> 1, bits - 1);
}
