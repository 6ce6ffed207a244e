using System.Buffers.Binary;
using System.Text;
using Ddpm.Tests;

namespace Ddpm.Inference.Tests.Safetensors;

/// <summary>
/// Damaged files are refused, or hold what they say within their own bytes; nothing else may happen. DDPM_FUZZ_COUNT sets the number of
/// mutations.
/// </summary>
public sealed class SafetensorsFuzzTests : IDisposable
{
    private const int ShortCount = 3000;
    private static readonly string[] Tokens =
    [
        "0", "-1", "1e3", "9223372036854775807", "18446744073709551616", "4611686018427387904", "null",
        "\"F32\"", "\"BF16\"", "\"I8\"", "[]", "{}", "[1,2,3]", ",", "\"a\"", "\"__metadata__\"", "\ud83d", "\0", "0.5", "true",
    ];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-fuzz-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    [Trait("Category", "Slow")]
    public void Open_MutatedFile_RefusesItOrReadsWithinIt()
    {
        int count = Mutations.Count(ShortCount);
        byte[][] seeds = Seeds();
        string path = Path.Combine(folder.FullName, "mutated.safetensors");
        int read = 0;
        var run = new FuzzRun("weights, safetensors", path);
        for (int i = 0; i < count; i++)
        {
            byte[] mutated = Mutate(seeds[i % seeds.Length], new CounterBasedRandom(17, i, 0));
            File.WriteAllBytes(path, mutated);
            run.Try(mutated, () =>
            {
                try
                {
                    Read(path, mutated.Length);
                    read++;
                    return null;
                }
                catch (SafetensorsException exception)
                {
                    return exception.Message;
                }
            });
        }

        // Both happen: a mutation of the data alone is no damage that the format could see.
        run.Require(leastRefused: 0.1);
        read.Should().BeGreaterThan(count / 100);
    }

    [Theory]
    [InlineData("{\"a\\nb\":1}")]
    [InlineData("{\"a\":{\"dtype\":\"F\\n32\",\"shape\":[],\"data_offsets\":[0,0]}}")]
    [InlineData("{\"a\":{\"b\\nc\":0}}")]
    [InlineData("{\n\"a\nb\":{}}")]
    public void Open_LineBreakInTheHeader_IsRefusedInOneLine(string header)
    {
        string path = Path.Combine(folder.FullName, "lines.safetensors");
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header)]);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>()
            .Which.Message.Should().Contain(path).And.NotContain("\n");
    }

    private static void Read(string path, int length)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        long expected = 0;
        foreach (SafetensorsEntry entry in file.Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            entry.Begin.Should().Be(expected);
            expected = entry.End;
            var bytes = new byte[entry.End - entry.Begin];
            file.ReadBytes(entry.Name, 0, bytes);
            if (entry.Type.IsFloatingPoint()) file.ReadFloats(entry.Name).Length.Should().Be((int)entry.Elements);
        }

        expected.Should().BeLessThanOrEqualTo(length - 8);
    }

    private static byte[][] Seeds()
    {
        SafetensorsContent[][] files =
        [
            [SafetensorsContent.FromFloats("a", [2], new float[2])],
            [
                SafetensorsContent.FromFloats("a", [2, 3], new float[6]), Bytes("b.weight", SafetensorsType.F16, 4),
                Bytes("c", SafetensorsType.I64), Bytes("d", SafetensorsType.F32, 0, 5),
            ],
            [
                Bytes("long.name.of.a.tensor", SafetensorsType.F64, 4, 10), Bytes("mask", SafetensorsType.BOOL, 9),
                Bytes("x", SafetensorsType.I8, 3),
            ],
        ];
        return [.. files.Select(tensors =>
        {
            using var stream = new MemoryStream();
            SafetensorsEncoder.Write(stream, tensors, new Dictionary<string, string> { ["note"] = "a seed" }, digest: tensors.Length == 4);
            return stream.ToArray();
        })];
    }

    private static SafetensorsContent Bytes(string name, SafetensorsType type, params long[] shape)
    {
        long bytes = shape.Aggregate((long)type.Size(), (product, length) => product * length);
        return SafetensorsContent.FromBytes(name, type, shape, new byte[bytes]);
    }

    private static byte[] Mutate(byte[] seed, CounterBasedRandom random)
    {
        List<byte> bytes = [.. seed];
        uint next = 0;
        int Below(int range) => (int)random.UniformBelow(next++, Math.Max(1, range));
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(seed);
        for (int round = Below(3); round >= 0; round--)
        {
            if (bytes.Count == 0) break;
            switch (Below(8))
            {
                case 0: // a bit anywhere
                    bytes[Below(bytes.Count)] ^= (byte)(1 << Below(8));
                    break;
                case 1: // a bit of the header's length
                    bytes[Below(Math.Min(8, bytes.Count))] ^= (byte)(1 << Below(8));
                    break;
                case 2: // cut
                    bytes.RemoveRange(Below(bytes.Count), 0);
                    bytes = bytes[..Below(bytes.Count + 1)];
                    break;
                case 3: // more
                    bytes.AddRange(new byte[1 + Below(20)]);
                    break;
                case 4: // a piece left out
                    int at = Below(bytes.Count);
                    bytes.RemoveRange(at, Math.Min(1 + Below(6), bytes.Count - at));
                    break;
                case 5: // a piece twice, such as a whole entry
                    int from = Below(bytes.Count), length = Math.Min(1 + Below(80), bytes.Count - from);
                    bytes.InsertRange(Below(bytes.Count), bytes.GetRange(from, length));
                    break;
                case 6: // another byte in the header
                    bytes[Math.Min(8 + Below(header), bytes.Count - 1)] = (byte)Below(256);
                    break;
                default: // a token in place of a piece of the header, its length kept right
                    byte[] token = Encoding.UTF8.GetBytes(Tokens[Below(Tokens.Length)]);
                    int place = Math.Min(8 + Below(header), bytes.Count - 1), gone = Math.Min(Below(12), bytes.Count - place);
                    bytes.RemoveRange(place, gone);
                    bytes.InsertRange(place, token);
                    if (bytes.Count >= 8)
                    {
                        var prefix = new byte[8];
                        BinaryPrimitives.WriteInt64LittleEndian(prefix, header + token.Length - gone);
                        for (int i = 0; i < 8; i++) bytes[i] = prefix[i];
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
