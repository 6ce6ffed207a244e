using System.Buffers.Binary;
using System.Text;

namespace Ddpm.Inference.Tests.Safetensors;

public sealed class SafetensorsMemoryTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-memory-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void WriteThenRead_FromSpans_IsBitEqual()
    {
        float[] numbers = [1.5f, -3e-5f, float.MaxValue, float.NaN, 0, 7];
        byte[] halves = [.. new[] { (Half)1.5, (Half)(-0.25) }.SelectMany(BitConverter.GetBytes)];
        using SafetensorsMemory file = Written(
            [SafetensorsContent.FromFloats("a", [2, 3], numbers), SafetensorsContent.FromBytes("b", SafetensorsType.F16, [2], halves)]);

        file.Entries.Select(entry => entry.Name).Should().Equal("a", "b");
        file.Find("a").Shape.Should().Equal(2, 3);
        file.ReadFloats("a").Should().Equal(numbers);
        file.ReadFloats("b").Should().Equal(1.5f, -0.25f);
        file.Metadata["format"].Should().Be("pt");
        var part = new byte[2];
        file.ReadBytes("b", 2, part);
        part.Should().Equal(halves[2..]);
    }

    [Theory]
    [InlineData(SafetensorsType.F64)]
    [InlineData(SafetensorsType.F16)]
    [InlineData(SafetensorsType.BF16)]
    public void ReadFloats_EveryFloatingType_IsTheNearestFloat(SafetensorsType type)
    {
        double[] values = [0, 1, -2.5, 0.15625, 60_000, 1e-3];
        byte[] bytes = [.. values.SelectMany(value => type switch
        {
            SafetensorsType.F64 => BitConverter.GetBytes(value),
            SafetensorsType.F16 => BitConverter.GetBytes((Half)value),
            _ => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
        })];
        using SafetensorsMemory file = Written([SafetensorsContent.FromBytes("x", type, [6], bytes)]);

        float[] expected = [.. values.Select(value => type switch
        {
            SafetensorsType.F64 => (float)value,
            SafetensorsType.F16 => (float)(Half)value,
            _ => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF0000),
        })];
        file.ReadFloats("x").Should().Equal(expected);
    }

    [Fact]
    public void ReadFloats_WholeNumbersOrWrongLength_IsRefused()
    {
        using SafetensorsMemory file = Written(
        [
            SafetensorsContent.FromBytes("x", SafetensorsType.I64, [1], new byte[8]),
            SafetensorsContent.FromFloats("y", [2], new float[2]),
        ]);
        FluentActions.Invoking(() => file.ReadFloats("x")).Should().Throw<NotSupportedException>().WithMessage(
            "Tensor x must hold floating-point numbers, but holds I64.");
        FluentActions.Invoking(() => file.ReadFloats("y", new float[3])).Should().Throw<ArgumentException>()
            .WithMessage("target must have the 2 elements of tensor y, but has 3.*");
        FluentActions.Invoking(() => file.ReadFloats("z")).Should().Throw<KeyNotFoundException>().WithMessage("*no tensor z*");
        FluentActions.Invoking(() => file.ReadBytes("y", 5, new byte[4])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void VerifyDigest_AnyFlippedBitOfTheData_IsNoticed()
    {
        byte[] bytes = Bytes([SafetensorsContent.FromFloats("a", [4], new float[] { 1, 2, 3, 4 })], digest: true);
        new SafetensorsMemory(bytes, "x").VerifyDigest().Should().BeTrue();
        int start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        for (int i = start; i < bytes.Length; i++)
        {
            byte[] flipped = [.. bytes];
            flipped[i] ^= 1;
            string path = Path.Combine(folder.FullName, "x.safetensors");
            File.WriteAllBytes(path, flipped);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (ISafetensors damaged in new ISafetensors[] { new SafetensorsMemory(flipped, "x.safetensors"), file })
            {
                FluentActions.Invoking(damaged.VerifyDigest).Should().Throw<SafetensorsException>().WithMessage(
                    "*x.safetensors is damaged, or was changed*");
            }
        }

        byte[] without = Bytes([SafetensorsContent.FromFloats("a", [1], new float[1])], digest: false);
        new SafetensorsMemory(without, "x").VerifyDigest().Should().BeFalse("there is none");
    }

    [Fact]
    public void Write_TensorOfAnotherLength_IsRefused()
    {
        FluentActions.Invoking(() => SafetensorsContent.FromFloats("a", [3], new float[2])).Should().Throw<ArgumentException>();
        var tooShort = new SafetensorsContent("a", SafetensorsType.F32, [3], stream => stream.Write(new byte[8]));
        FluentActions.Invoking(() => Bytes([tooShort], digest: false)).Should().Throw<InvalidOperationException>()
            .WithMessage("Tensor a must write 12 bytes, but wrote 8.");
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 167612\n", "is a Git LFS pointer*git lfs pull")]
    [InlineData("PK\u0003\u0004 archive of pickles", "is a pickle*python -c*save_file")]
    [InlineData("short", "8 bytes of the header's length")]
    public void Open_AnotherKindOfFile_SaysWhatItIs(string contents, string reason)
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        File.WriteAllText(path, contents);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>()
            .WithMessage($"*x.safetensors*{reason}*");
        byte[] bytes = Encoding.UTF8.GetBytes(contents);
        FluentActions.Invoking(() => new SafetensorsMemory(bytes, "x.safetensors")).Should().Throw<SafetensorsException>()
            .WithMessage($"*{reason}*");
    }

    private static SafetensorsMemory Written(SafetensorsContent[] tensors) => new(Bytes(tensors, digest: false), "memory");

    private static byte[] Bytes(SafetensorsContent[] tensors, bool digest)
    {
        using var stream = new MemoryStream();
        SafetensorsEncoder.Write(stream, tensors, digest: digest);
        return stream.ToArray();
    }
}
