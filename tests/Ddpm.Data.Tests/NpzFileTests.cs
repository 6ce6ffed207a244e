using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

/// <summary>Images in NumPy's archives.</summary>
public sealed class NpzFileTests : IDisposable
{
    // N 2, H 2, W 3, C 3.
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 36).Select(i => (byte)(7 * i))];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-npz-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Images_SamplesOfGuidedDiffusion_AreRead(CompressionLevel level)
    {
        string path = Archive("samples.npz", level, ("arr_0", Npy("|u1", "(2, 2, 3, 3)", Bytes)));
        using ImageDataset data = NpzFile.Images(path);
        (data.Count, data.ClassCount).Should().Be((2, 0));
        data.Shape.Should().Equal(3, 2, 3);
        using Tensor images = data.Images();
        foreach (int at in Enumerable.Range(0, Bytes.Length))
        {
            (int n, int rest) = Math.DivRem(at, 18);
            (int h, rest) = Math.DivRem(rest, 9);
            images[n, rest % 3, h, rest / 3].item<byte>().Should().Be(Bytes[at]);
        }
    }

    [Fact]
    public void Images_ColumnsFirst_AreTheSameImages()
    {
        using ImageDataset plain = NpzFile.Images(Archive("c.npz", ("arr_0", Npy("|u1", "(2, 2, 3, 3)", Bytes))));
        using Tensor rows = tensor(Bytes).reshape(2, 2, 3, 3);
        byte[] columns = rows.permute(3, 2, 1, 0).contiguous().data<byte>().ToArray();
        using ImageDataset turned = NpzFile.Images(Archive("f.npz", ("arr_0", Npy("|u1", "(2, 2, 3, 3)", columns, "True"))));
        turned.Identity.Should().Be(plain.Identity);
    }

    [Theory]
    [InlineData("<i8", 8)]
    [InlineData("<i4", 4)]
    [InlineData("<i2", 2)]
    [InlineData("|u1", 1)]
    [InlineData("|i1", 1)]
    public void Images_WithClasses_HaveThem(string type, int width)
    {
        byte[] labels = new byte[2 * width];
        labels[0] = 4;
        string path = Archive("labelled.npz", ("arr_0", Npy("|u1", "(2, 3, 6)", Bytes)), ("arr_1", Npy(type, "(2,)", labels)));
        using ImageDataset data = NpzFile.Images(path);
        data.Shape.Should().Equal(1, 3, 6);
        (data.ClassCount, data.Read(0, new float[18]), data.Read(1, new float[18])).Should().Be((5, 4, 0));
        using ImageDataset named = NpzFile.Images(path, classNames: ["a", "b", "c", "d", "e"]);
        named.ClassNames!.Should().HaveCount(5);
        FluentActions.Invoking(() => NpzFile.Images(path, classNames: ["a", "b"])).Should().Throw<InvalidDataException>()
            .WithMessage("*labelled.npz must have labels 0 … 1, as classNames says, but has 4.");
    }

    [Fact]
    public void Images_WhatIsNoImages_IsNamed()
    {
        void Refused(string message, params (string Name, byte[] Bytes)[] arrays)
        {
            string path = Archive("wrong.npz", arrays);
            FluentActions.Invoking(() => NpzFile.Images(path)).Should().Throw<InvalidDataException>().WithMessage(path + message);
        }

        byte[] good = Npy("|u1", "(2, 2, 3, 3)", Bytes);
        Refused(" must have images as the array arr_0, but has x, y.", ("x", good), ("y", good));
        Refused(" must have images as the array arr_0, but has none.");
        Refused(" must have images as the array arr_0, but has arr_0, arr_0.", ("arr_0", good), ("arr_0", good));
        Refused(": arr_0 must be images of type |u1, [N, H, W, C] of 1 or 3 channels or [N, H, W], but is of type <f4 and (3, 3).",
            ("arr_0", Npy("<f4", "(3, 3)", Bytes)));
        Refused(": arr_0 must be images * but is of type |u1 and (2, 3, 3, 2).", ("arr_0", Npy("|u1", "(2, 3, 3, 2)", Bytes)));
        Refused(": arr_0 holds pickled Python objects, which are programs: they are not read.", ("arr_0", Npy("|O", "(2,)", Bytes)));
        Refused(": arr_0 is truncated: its shape (3, 2, 3, 3) needs * bytes, but it has *.", ("arr_0", Npy("|u1", "(3, 2, 3, 3)", Bytes)));
        Refused(": arr_0 is longer than its shape (1, 2, 3, 3) says: *", ("arr_0", Npy("|u1", "(1, 2, 3, 3)", Bytes)));
        Refused(": arr_0 states (0, 2, 3, 3), which is 0 bytes, but must state 1 … 1073741824 (maxBytes).",
            ("arr_0", Npy("|u1", "(0, 2, 3, 3)", [])));
        Refused(": arr_0 states (99999999999999999999, 2, 3, 3), which is * bytes, but must state 1 … 1073741824 (maxBytes).",
            ("arr_0", Npy("|u1", "(99999999999999999999, 2, 3, 3)", [])));
        Refused(": arr_0 is not a NumPy array.", ("arr_0", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        Refused(": arr_0 is truncated.", ("arr_0", good[..20]));
        Refused(": arr_1 must be the classes of 2 images, whole numbers (2,), but is of type <f8 and (2,).",
            ("arr_0", good), ("arr_1", Npy("<f8", "(2,)", new byte[16])));
        Refused(": arr_1 must be the classes of 2 images, whole numbers (2,), but is of type |u1 and (3,).",
            ("arr_0", good), ("arr_1", Npy("|u1", "(3,)", new byte[3])));
        Refused(": arr_1 must hold classes 0 … 999999, but has -1.", ("arr_0", good), ("arr_1", Npy("|i1", "(2,)", [0, 255])));
        File.WriteAllText(At("text.npz"), "no archive");
        FluentActions.Invoking(() => NpzFile.Images(At("text.npz"))).Should().Throw<InvalidDataException>()
            .WithMessage("*text.npz is no .npz file, or is damaged: *");
        FluentActions.Invoking(() => NpzFile.Images(At("none.npz"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => NpzFile.Images(Archive("large.npz", ("arr_0", good)), maxBytes: 35)).Should()
            .Throw<InvalidDataException>().WithMessage("*arr_0 states (2, 2, 3, 3), which is 36 bytes, but must state 1 … 35 (maxBytes).");
    }

    [Fact]
    public void Images_ABitChanged_IsRefusedByItsCheckSum()
    {
        string path = Archive("changed.npz", CompressionLevel.NoCompression, ("arr_0", Npy("|u1", "(2, 2, 3, 3)", Bytes)));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf(Bytes) + 5] ^= 1;
        File.WriteAllBytes(path, bytes);
        FluentActions.Invoking(() => NpzFile.Images(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{path}: arr_0 is damaged: its check sum must be *, but is *.");
    }

    [Fact]
    public void Images_SizeThatTheBytesCannotHold_IsRefusedBeforeItIsAllocated()
    {
        string path = Archive("lying.npz", ("arr_0", Npy("|u1", "(1000, 100, 100, 3)", new byte[24])));
        byte[] bytes = File.ReadAllBytes(path);
        int entry = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + 24), 30_000_080);
        File.WriteAllBytes(path, bytes);
        FluentActions.Invoking(() => NpzFile.Images(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*arr_0 is damaged: it states 30000080 bytes, which * cannot hold.");
    }

    [Fact]
    public void Images_ChangedAtRandom_AreReadOrRefusedByName()
    {
        byte[] whole = File.ReadAllBytes(Archive("good.npz", ("arr_0", Npy("|u1", "(2, 2, 3, 3)", Bytes))));
        string path = At("fuzz.npz");
        var run = new FuzzRun("npz of images", path);
        foreach (byte[] changed in Mutations.Of(whole, Mutations.Count(500), seed: 11))
        {
            File.WriteAllBytes(path, changed);
            run.Try(changed, () => FuzzRun.Refusal(() => NpzFile.Images(path).Dispose()));
        }

        run.Require(leastRefused: 0.3, 64L << 20);
    }

    private static byte[] Npy(string type, string shape, byte[] data, string columnsFirst = "False")
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {columnsFirst}, 'shape': {shape}, }}";
        int length = (10 + header.Length + 1 + 63) / 64 * 64 - 10;
        byte[] padded = Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. padded, .. data];
    }

    private string Archive(string name, params (string Name, byte[] Bytes)[] arrays) => Archive(name, CompressionLevel.Fastest, arrays);

    private string Archive(string name, CompressionLevel level, params (string Name, byte[] Bytes)[] arrays)
    {
        File.Delete(At(name));
        using ZipArchive archive = ZipFile.Open(At(name), ZipArchiveMode.Create);
        foreach ((string array, byte[] bytes) in arrays)
        {
            using Stream stream = archive.CreateEntry(array + ".npy", level).Open();
            stream.Write(bytes);
        }

        return At(name);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
