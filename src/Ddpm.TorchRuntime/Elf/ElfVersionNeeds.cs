using System.Buffers.Binary;
using System.Text;

namespace Ddpm.Core;

/// <summary>
/// Marks a version that a shared library needs of another as weak: the loader then no longer refuses the file where the version is missing
/// (ELF: Generic ABI; Linux Standard Base, "Symbol Versioning", vna_flags and VER_FLG_WEAK).
/// </summary>
internal static class ElfVersionNeeds
{
    private const ushort WeakFlag = 2;
    private const int NeedSize = 16;
    private const int AuxiliarySize = 16;
    private const int SymbolVersionSize = 2;
    private const int RelocationSize = 24;

    /// <summary>
    /// Sets the weak flag of version <paramref name="version"/> of library <paramref name="library"/>, unless a relocation uses a symbol of
    /// that version. Changes the image only where the result is <see cref="ElfEditResult.Weakened"/>, and then only the flag.
    /// </summary>
    /// <param name="image">The whole file.</param>
    /// <param name="library">The needed library's soname.</param>
    /// <param name="version">The version's name.</param>
    public static ElfEditResult Weaken(Span<byte> image, string library, string version)
    {
        if (image.Length < 4 || !image[..4].SequenceEqual("\u007fELF"u8)) return ElfEditResult.NotElf;
        if (!ElfDynamicSection.TryRead(image, out ElfDynamicSection? dynamic, out ElfEditResult problem)) return problem;
        if (dynamic.VersionNeeds is not { } firstNeed || dynamic.VersionNeedCount == 0) return ElfEditResult.NoVersionNeeds;

        var flags = new List<int>();
        bool found = false;
        int need = firstNeed;
        for (ulong i = 0; i < dynamic.VersionNeedCount; i++)
        {
            // Verneed: version, count, file name, offset of the first version, offset of the next need.
            if (!Fits(image, need, NeedSize)) return ElfEditResult.Malformed;
            bool ofLibrary = IsString(image, dynamic, ReadUInt32(image, need + 4), library);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            if (!Advance(image, need, ReadUInt32(image, need + 8), out int auxiliary)) return ElfEditResult.Malformed;
            for (int k = 0; k < count; k++)
            {
                // Vernaux: hash, flags, version index, name, offset of the next.
                if (!Fits(image, auxiliary, AuxiliarySize)) return ElfEditResult.Malformed;
                if (ofLibrary && IsString(image, dynamic, ReadUInt32(image, auxiliary + 8), version))
                {
                    found = true;
                    ushort index = BinaryPrimitives.ReadUInt16LittleEndian(image[(auxiliary + 6)..]);
                    switch (IsUsed(image, dynamic, index))
                    {
                        case null: return ElfEditResult.Malformed;
                        case true: return ElfEditResult.VersionInUse;
                    }

                    if ((BinaryPrimitives.ReadUInt16LittleEndian(image[(auxiliary + 4)..]) & WeakFlag) == 0) flags.Add(auxiliary + 4);
                }

                uint nextAuxiliary = ReadUInt32(image, auxiliary + 12);
                if (nextAuxiliary == 0) break;
                if (!Advance(image, auxiliary, nextAuxiliary, out auxiliary)) return ElfEditResult.Malformed;
            }

            uint nextNeed = ReadUInt32(image, need + 12);
            if (nextNeed == 0) break;
            if (!Advance(image, need, nextNeed, out need)) return ElfEditResult.Malformed;
        }

        if (!found) return ElfEditResult.VersionNotNeeded;
        if (flags.Count == 0) return ElfEditResult.AlreadyWeak;
        foreach (int flag in flags)
        {
            Span<byte> field = image[flag..];
            BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(field) | WeakFlag));
        }

        return ElfEditResult.Weakened;
    }

    /// <summary>Whether a relocation names a symbol of a version; null where the tables do not fit the file.</summary>
    private static bool? IsUsed(ReadOnlySpan<byte> image, ElfDynamicSection dynamic, ushort versionIndex)
    {
        (int? Offset, ulong Size)[] tables =
            [(dynamic.Relocations, dynamic.RelocationsSize), (dynamic.PltRelocations, dynamic.PltRelocationsSize)];
        foreach ((int? offset, ulong size) in tables)
        {
            if (offset is not { } table) continue;
            if (size > int.MaxValue || !Fits(image, table, (long)size)) return null;
            for (int at = table; at + RelocationSize <= table + (int)size; at += RelocationSize)
            {
                uint symbol = ReadUInt32(image, at + 12); // the upper half of r_info
                if (symbol == 0) continue;
                if (dynamic.SymbolVersions is not { } versions) return null;
                long entry = versions + (long)symbol * SymbolVersionSize;
                if (entry > int.MaxValue || !Fits(image, (int)entry, SymbolVersionSize)) return null;
                // The top bit hides a symbol; the rest is the index.
                if ((BinaryPrimitives.ReadUInt16LittleEndian(image[(int)entry..]) & 0x7fff) == (versionIndex & 0x7fff)) return true;
            }
        }

        return false;
    }

    private static bool IsString(ReadOnlySpan<byte> image, ElfDynamicSection dynamic, uint offset, string expected)
    {
        if (dynamic.Strings is not { } strings) return false;
        byte[] bytes = Encoding.UTF8.GetBytes(expected + '\0');
        long at = strings + (long)offset;
        return at <= int.MaxValue && Fits(image, (int)at, bytes.Length) && image.Slice((int)at, bytes.Length).SequenceEqual(bytes);
    }

    private static bool Advance(ReadOnlySpan<byte> image, int from, uint by, out int position)
    {
        long sum = from + (long)by;
        position = (int)Math.Min(sum, int.MaxValue);
        return sum < image.Length;
    }

    private static bool Fits(ReadOnlySpan<byte> image, int at, long size) => at >= 0 && at + size <= image.Length;

    private static uint ReadUInt32(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);
}
