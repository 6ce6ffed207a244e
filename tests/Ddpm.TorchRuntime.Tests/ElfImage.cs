using System.Buffers.Binary;
using System.Text;

namespace Ddpm.Core.Tests.Native;

/// <summary>Crafts the smallest shared library that asks other libraries for versions.</summary>
internal static class ElfImage
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;

    /// <param name="needs">For each library the versions that are needed of it.</param>
    /// <param name="weak">Versions that are weak already.</param>
    /// <param name="relocated">A version that a relocation's symbol has.</param>
    public static byte[] Create((string Library, string[] Versions)[] needs, string? weak = null, string? relocated = null)
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        uint Text(string text)
        {
            uint at = (uint)strings.Position;
            strings.Write(Encoding.ASCII.GetBytes(text + '\0'));
            return at;
        }

        // The needs: a header for each library, its versions behind it; indices from 2 on.
        using var table = new MemoryStream();
        ushort index = 2;
        ushort relocatedIndex = 0;
        for (int i = 0; i < needs.Length; i++)
        {
            (string library, string[] versions) = needs[i];
            uint size = 16 + 16 * (uint)versions.Length;
            table.Write(
                [.. U16(1), .. U16((ushort)versions.Length), .. U32(Text(library)), .. U32(16), .. U32(i == needs.Length - 1 ? 0 : size)]);
            for (int k = 0; k < versions.Length; k++)
            {
                if (versions[k] == relocated) relocatedIndex = index;
                table.Write([.. U32(0), .. U16((ushort)(versions[k] == weak ? 2 : 0)), .. U16(index++), .. U32(Text(versions[k])),
                    .. U32(k == versions.Length - 1 ? 0u : 16u)]);
            }
        }

        byte[] symbolVersions = [.. U16(0), .. U16(1), .. U16(relocatedIndex)];
        byte[] relocations = [.. U64(0), .. U64(((relocated is null ? 1UL : 2UL) << 32) | 1), .. U64(0)];
        int dataStart = HeaderSize + 2 * ProgramHeaderSize;
        byte[] text = strings.ToArray(), verneed = table.ToArray();
        int stringsAt = dataStart, verneedAt = stringsAt + text.Length, versymAt = verneedAt + verneed.Length,
            relaAt = versymAt + symbolVersions.Length, dynamicAt = relaAt + relocations.Length;
        List<byte> dynamic = [];
        void Entry(ulong tag, ulong value) => dynamic.AddRange([.. U64(tag), .. U64(value)]);
        // Addresses are offsets plus a base, to tell them apart.
        const ulong address = 0x10000;
        Entry(5, address + (ulong)stringsAt);
        Entry(7, address + (ulong)relaAt);
        Entry(8, (ulong)relocations.Length);
        Entry(0x6ffffff0, address + (ulong)versymAt);
        if (needs.Length > 0)
        {
            Entry(0x6ffffffe, address + (ulong)verneedAt);
            Entry(0x6fffffff, (ulong)needs.Length);
        }

        Entry(0, 0);
        ulong size64 = (ulong)(dynamicAt + dynamic.Count);
        byte[] header = new byte[HeaderSize];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(header, 0);
        U16(3).CopyTo(header, 16);
        U16(62).CopyTo(header, 18);
        U64(HeaderSize).CopyTo(header, 32);
        U16(ProgramHeaderSize).CopyTo(header, 54);
        U16(2).CopyTo(header, 56);
        byte[] load = Segment(1, 0, address, size64),
            dynamicSegment = Segment(2, (ulong)dynamicAt, address + (ulong)dynamicAt, (ulong)dynamic.Count);
        return [.. header, .. load, .. dynamicSegment, .. text, .. verneed, .. symbolVersions, .. relocations, .. dynamic];
    }

    private static byte[] Segment(uint type, ulong offset, ulong address, ulong size) =>
        [.. U32(type), .. U32(0), .. U64(offset), .. U64(address), .. U64(address), .. U64(size), .. U64(size), .. U64(8)];

    private static byte[] U16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
