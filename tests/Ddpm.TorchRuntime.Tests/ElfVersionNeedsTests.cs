using CsCheck;

namespace Ddpm.Core.Tests.Native;

public sealed class ElfVersionNeedsTests
{
    private const string Library = "libstdc++.so.6";
    private const string Version = "GLIBCXX_3.4.32";

    private static readonly (string, string[])[] Several =
        [("libc.so.6", ["GLIBC_2.14", "GLIBC_2.2.5"]), (Library, ["GLIBCXX_3.4.30", Version, "CXXABI_1.3"]), ("libm.so.6", ["GLIBC_2.29"])];

    [Fact]
    public void Weaken_VersionAmongSeveral_SetsOneBitOfOneByte()
    {
        byte[] image = ElfImage.Create(Several), edited = [.. image];

        ElfVersionNeeds.Weaken(edited, Library, Version).Should().Be(ElfEditResult.Weakened);

        int[] changed = [.. Enumerable.Range(0, image.Length).Where(i => image[i] != edited[i])];
        changed.Should().ContainSingle();
        edited[changed[0]].Should().Be(2);
        ElfImage.Create(Several, weak: Version).Should().Equal(edited);
    }

    [Fact]
    public void Weaken_Otherwise_SaysWhyAndChangesNothing()
    {
        Unchanged(ElfImage.Create(Several, weak: Version), ElfEditResult.AlreadyWeak);
        Unchanged(ElfImage.Create([(Library, ["GLIBCXX_3.4.30"])]), ElfEditResult.VersionNotNeeded);
        Unchanged(ElfImage.Create([("libother.so", [Version])]), ElfEditResult.VersionNotNeeded);
        Unchanged(ElfImage.Create([]), ElfEditResult.NoVersionNeeds);
        Unchanged(ElfImage.Create(Several, relocated: Version), ElfEditResult.VersionInUse);
        Unchanged([.. "MZ is no ELF file"u8], ElfEditResult.NotElf);
        Unchanged([], ElfEditResult.NotElf);
        Unchanged(With(4, 1), ElfEditResult.OtherArchitecture); // 32-bit
        Unchanged(With(5, 2), ElfEditResult.OtherArchitecture); // big-endian
        Unchanged(With(18, 183), ElfEditResult.OtherArchitecture); // aarch64
        Unchanged(With(54, 32), ElfEditResult.Malformed); // program headers of another size
    }

    [Fact]
    public void Weaken_RelocationOfAnotherVersion_IsNoObstacle()
    {
        byte[] image = ElfImage.Create(Several, relocated: "GLIBCXX_3.4.30");
        ElfVersionNeeds.Weaken(image, Library, Version).Should().Be(ElfEditResult.Weakened);
    }

    [Fact]
    public void Weaken_TruncatedAnywhere_ChangesNothing()
    {
        byte[] image = ElfImage.Create(Several);
        for (int length = 0; length < image.Length - 16; length++)
        {
            byte[] part = image[..length];
            ElfVersionNeeds.Weaken(part, Library, Version).Should().BeOneOf(ElfEditResult.NotElf, ElfEditResult.Malformed);
            part.Should().Equal(image[..length]);
        }
    }

    [Fact]
    public void Weaken_MutatedImage_NeverThrowsAndChangesAtMostFlags()
    {
        byte[] image = ElfImage.Create(Several);
        Gen.Select(Gen.Int[0, image.Length - 1], Gen.Byte).Array[1, 6].Sample(
            mutations =>
            {
                byte[] mutated = [.. image];
                foreach ((int at, byte value) in mutations) mutated[at] = value;
                byte[] edited = [.. mutated];
                ElfEditResult result = ElfVersionNeeds.Weaken(edited, Library, Version);
                int[] changed = [.. Enumerable.Range(0, image.Length).Where(i => mutated[i] != edited[i])];
                return result == ElfEditResult.Weakened ? changed.All(i => edited[i] == (mutated[i] | 2)) : changed.Length == 0;
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void NewestVersion_Strings_AreComparedAsNumbers()
    {
        LibStdCpp.NewestVersion("GLIBCXX_3.4\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.29\0GLIBCXX_3.4."u8).Should().Be("GLIBCXX_3.4.30");
        LibStdCpp.NewestVersion("nothing"u8).Should().BeNull();
    }

    private static byte[] With(int at, byte value)
    {
        byte[] image = ElfImage.Create(Several);
        image[at] = value;
        return image;
    }

    private static void Unchanged(byte[] image, ElfEditResult expected)
    {
        byte[] copy = [.. image];
        ElfVersionNeeds.Weaken(image, Library, Version).Should().Be(expected);
        image.Should().Equal(copy);
    }
}
