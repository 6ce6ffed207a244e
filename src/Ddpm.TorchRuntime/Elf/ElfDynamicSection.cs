using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ddpm.Core;

/// <summary>
/// The tables that a shared library's dynamic section names, as offsets in the file (ELF: Generic ABI, 64-bit little-endian). Found through
/// the program headers, as the loader does; section headers may be stripped.
/// </summary>
internal sealed class ElfDynamicSection
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int EntrySize = 16;
    private const ushort MachineX64 = 62;
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;

    /// <summary>Gets the string table.</summary>
    public int? Strings { get; private set; }

    /// <summary>Gets the versions that are needed of other libraries.</summary>
    public int? VersionNeeds { get; private set; }

    /// <summary>Gets the number of libraries of which versions are needed.</summary>
    public ulong VersionNeedCount { get; private set; }

    /// <summary>Gets the version index of each symbol.</summary>
    public int? SymbolVersions { get; private set; }

    /// <summary>Gets the relocations of data.</summary>
    public int? Relocations { get; private set; }

    /// <summary>Gets their size in bytes.</summary>
    public ulong RelocationsSize { get; private set; }

    /// <summary>Gets the relocations of calls.</summary>
    public int? PltRelocations { get; private set; }

    /// <summary>Gets their size in bytes.</summary>
    public ulong PltRelocationsSize { get; private set; }

    /// <summary>Reads the section of an ELF file.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="section">The section.</param>
    /// <param name="problem">Why it could not be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> image, [NotNullWhen(true)] out ElfDynamicSection? section, out ElfEditResult problem)
    {
        section = null;
        problem = ElfEditResult.Malformed;
        if (image.Length < 20) return false;
        // Byte 4 is the class (2 = 64 bits), byte 5 the byte order (1 = little-endian).
        if (image[4] != 2 || image[5] != 1 || BinaryPrimitives.ReadUInt16LittleEndian(image[18..]) != MachineX64)
        {
            problem = ElfEditResult.OtherArchitecture;
            return false;
        }

        if (image.Length < HeaderSize) return false;
        ulong headers = ReadUInt64(image, 32);
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[54..]), count = BinaryPrimitives.ReadUInt16LittleEndian(image[56..]);
        if (entrySize != ProgramHeaderSize || headers > int.MaxValue || (long)headers + (long)count * entrySize > image.Length)
        {
            return false;
        }

        var segments = new List<(ulong Address, ulong Offset, ulong Size)>();
        (ulong Offset, ulong Size)? dynamic = null;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = image.Slice((int)headers + i * entrySize, ProgramHeaderSize);
            (ulong offset, ulong address, ulong size) = (ReadUInt64(header, 8), ReadUInt64(header, 16), ReadUInt64(header, 32));
            switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
            {
                case LoadSegment: segments.Add((address, offset, size)); break;
                case DynamicSegment: dynamic = (offset, size); break;
            }
        }

        if (dynamic is not { } range)
        {
            problem = ElfEditResult.NoVersionNeeds;
            return false;
        }

        if (range.Offset > (ulong)image.Length || range.Size > (ulong)image.Length - range.Offset) return false;
        var read = new ElfDynamicSection();
        if (!read.ReadEntries(image.Slice((int)range.Offset, (int)range.Size), image.Length, segments)) return false;
        section = read;
        return true;
    }

    private bool ReadEntries(ReadOnlySpan<byte> entries, int fileSize, List<(ulong Address, ulong Offset, ulong Size)> segments)
    {
        bool valid = true;
        for (int at = 0; at + EntrySize <= entries.Length; at += EntrySize)
        {
            ulong value = ReadUInt64(entries, at + 8);
            switch (ReadUInt64(entries, at))
            {
                case 0: return valid; // DT_NULL
                case 2: PltRelocationsSize = value; break; // DT_PLTRELSZ
                case 5: Strings = Offset(value); break; // DT_STRTAB
                case 7: Relocations = Offset(value); break; // DT_RELA
                case 8: RelocationsSize = value; break; // DT_RELASZ
                case 23: PltRelocations = Offset(value); break; // DT_JMPREL
                case 0x6ffffff0: SymbolVersions = Offset(value); break; // DT_VERSYM
                case 0x6ffffffe: VersionNeeds = Offset(value); break; // DT_VERNEED
                case 0x6fffffff: VersionNeedCount = value; break; // DT_VERNEEDNUM
            }
        }

        return valid;

        int? Offset(ulong address)
        {
            foreach ((ulong start, ulong offset, ulong size) in segments)
            {
                if (address < start || address - start >= size) continue;
                ulong position = offset + (address - start);
                if (position < (ulong)fileSize) return (int)position;
            }

            valid = false;
            return null;
        }
    }

    private static ulong ReadUInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
