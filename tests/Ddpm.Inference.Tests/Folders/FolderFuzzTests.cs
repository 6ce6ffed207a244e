using System.Text;
using Ddpm.Tests;

namespace Ddpm.Inference.Tests.Folders;

/// <summary>
/// Damaged folders are refused by the documented types, or read; nothing hangs, and nothing is allocated that a file does not hold.
/// DDPM_FUZZ_COUNT sets the number of mutations of each file.
/// </summary>
public sealed class FolderFuzzTests : IDisposable
{
    private const int ShortCount = 500;
    private const string ShardIndex = ModelFiles.Weights + ".index.json", Shard = "unet/part.safetensors";

    private static readonly string[] Tokens =
    [
        "0", "-1", "1", "8.0", "1e3", "1e400", "-0.0", "1000000", "1073741824", "2147483647", "2147483648", "9223372036854775807",
        "18446744073709551616", "null", "true", "false", "[]", "{}", "[null]", "[8.0,8.0]", "[1,2,3]", "\"\"", "\"linear\"", "\"epsilon\"",
        "\"\\ud800\"", "\"a\"", ",", ":",
        "\ud83d", "\0", "[[[[[[[[", "\"UNet2DModel\"", "0.5", "1e-320", "[0.1,0.2]", "\"../x\"",
    ];

    private readonly ModelFiles files = new();

    public FolderFuzzTests()
    {
        using var stream = new MemoryStream();
        SafetensorsEncoder.Write(stream, [SafetensorsContent.FromFloats("conv_in.weight", [16, 1, 3, 3], new float[144])], digest: true);
        files.Write(Shard, stream.ToArray());
        files.Write(ShardIndex, [.. """{"metadata": {"total_size": 576}, "weight_map": {"conv_in.weight": "part.safetensors"}}"""u8]);
    }

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(ModelFiles.Network)]
    [InlineData(ModelFiles.Scheduler)]
    [InlineData(ModelFiles.Index)]
    [InlineData(ShardIndex)]
    [InlineData(Shard)]
    public void Read_MutatedFile_IsRefusedByADocumentedType(string file)
    {
        int count = Mutations.Count(ShortCount);
        byte[] seed = files.Bytes(file);
        var run = new FuzzRun(file, files.Folder);
        for (int i = 0; i < count; i++)
        {
            byte[] mutated = Mutate(seed, new CounterBasedRandom(23, i, 0));
            files.Write(file, mutated);
            run.Try(mutated, Refusal);
        }

        run.Require(leastRefused: 0.1);
    }

    private string? Refusal()
    {
        try
        {
            ModelDescription description = ModelDescription.Read(files.Folder);
            using ModelWeights weights = ModelWeights.Open(files.Folder, description.Network);
            WeightMatch match = weights.Match([("conv_in.weight", [16, 1, 3, 3]), ("conv_out.bias", [1])]);
            match.RequireProportion(weights.FilePath);
            weights.VerifyDigest();
            foreach (string name in match.Fitting) weights.Read(name);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or SafetensorsException or FileNotFoundException)
        {
            return exception.Message;
        }
    }

    private static byte[] Mutate(byte[] seed, CounterBasedRandom random)
    {
        List<byte> bytes = [.. seed];
        uint next = 0;
        int Below(int range) => (int)random.UniformBelow(next++, Math.Max(1, range));
        for (int round = Below(3); round >= 0 && bytes.Count > 0; round--)
        {
            int at = Below(bytes.Count);
            switch (Below(6))
            {
                case 0: // a bit
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 1: // cut
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2: // a piece left out
                    bytes.RemoveRange(at, Math.Min(1 + Below(12), bytes.Count - at));
                    break;
                case 3: // a piece twice, such as a whole field
                    bytes.InsertRange(Below(bytes.Count), bytes.GetRange(at, Math.Min(1 + Below(60), bytes.Count - at)));
                    break;
                default: // a token in place of a value, which follows a colon
                    int colon = bytes.IndexOf((byte)':', at);
                    if (colon < 0) break;
                    int end = bytes.FindIndex(colon, c => c is (byte)',' or (byte)'}');
                    if (end > colon) bytes.RemoveRange(colon + 1, end - colon - 1);
                    bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Tokens[Below(Tokens.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }
}
