using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Safetensors;

public sealed class SafetensorsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-safetensors-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void WriteThenRead_IsBitEqual(ScalarType type)
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        using Tensor matrix = (arange(12, dtype: float64) - 5).reshape(3, 4).to(type), scalar = tensor(3.0).to(type),
            nothing = zeros([0, 2], type), permuted = matrix.t();
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["m"] = matrix, ["s"] = scalar, ["n"] = nothing, ["p"] = permuted });

        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach ((string name, Tensor expected) in new[] { ("m", matrix), ("s", scalar), ("n", nothing), ("p", permuted) })
        {
            using Tensor actual = file.Read(name);
            actual.dtype.Should().Be(type);
            actual.shape.Should().Equal(expected.shape);
            actual.eq(expected).all().item<bool>().Should().BeTrue(name);
        }
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "truncated")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "cover 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "needs 12 bytes")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8, "tensor b begins")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        8, "name twice")]
    [InlineData("{\"a\":{\"dtype\":\"F9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "F9")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8, "too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "tensor a must have")]
    [InlineData("[]", 0, "JSON object")]
    [InlineData("{", 0, "not valid JSON")]
    public void HostileHeader_IsRefusedWithAReason(string header, int dataBytes, string reason)
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]]);

        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>()
            .WithMessage($"*x.safetensors*{reason}*");
    }

    [Fact]
    public void HeaderLengthBeyondTheFile_IsRefused()
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        File.WriteAllBytes(path, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, (byte)'{', (byte)'}']);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>()
            .WithMessage("*header is 9223372036854775807 bytes*");
    }

    [Fact]
    public void Read_Widened_GivesFloat32()
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        using Tensor half = tensor(new[] { 1.5f, -3e-5f }).to(float16), brain = tensor(new[] { 1.5f, 1e30f }).to(bfloat16),
            whole = tensor(new[] { 7L });
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["h"] = half, ["b"] = brain, ["w"] = whole });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Tensor h = file.Read("h", widen: true), b = file.Read("b", widen: true), w = file.Read("w", widen: true);

        (h.dtype, b.dtype, w.dtype).Should().Be((ScalarType.Float32, ScalarType.Float32, ScalarType.Int64));
        h.Equals(half.to(float32)).Should().BeTrue();
        b.Equals(brain.to(float32)).Should().BeTrue();
    }

    [Fact]
    public void ReadInto_OtherTypeOrSize_IsRefused()
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        using Tensor a = arange(6, float32).reshape(2, 3), same = zeros(6), wide = zeros(6, float64), small = zeros(5),
            across = zeros(3, 2).t();
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = a });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.ReadInto("a", same);
        same.data<float>().ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
        foreach (Tensor wrong in new[] { wide, small, across })
        {
            FluentActions.Invoking(() => file.ReadInto("a", wrong)).Should().Throw<ArgumentException>()
                .WithMessage("target must be contiguous, on the CPU, of type Float32 and have 6 elements for tensor a*");
        }
    }

    [Fact]
    public void Shards_WriteThenRead_AreBitEqualAndBounded()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(folder.FullName, "model.safetensors");
        Dictionary<string, Tensor> tensors = Enumerable.Range(0, 10).ToDictionary(i => $"t{i}", i => full([i + 1, 10], (float)i));
        SafetensorsWriter.WriteShards(path, tensors, 1000);

        using SafetensorsShards shards = SafetensorsShards.Open(path + ".index.json");
        shards.Entries.Should().HaveCount(10);
        shards.Metadata["total_size"].Should().Be("2200");
        foreach ((string name, Tensor value) in tensors) shards.Read(name).Equals(value).Should().BeTrue(name);
        FluentActions.Invoking(() => shards.Read("t99")).Should().Throw<KeyNotFoundException>().WithMessage("*t99*");
        FileInfo[] files = folder.GetFiles("model-*-of-*.safetensors");
        files.Length.Should().BeInRange(3, 6);
        foreach (FileInfo file in files)
        {
            using SafetensorsFile shard = SafetensorsFile.Open(file.FullName);
            shard.Entries.Sum(entry => entry.End - entry.Begin).Should().BeLessThanOrEqualTo(1000);
        }
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "plain files beside it*tensor a*../x.safetensors")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "plain files")]
    [InlineData("""{"weight_map":{"a":".."}}""", "plain files")]
    [InlineData("""{"weight_map":{"a":7}}""", "plain files")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""", "name twice")]
    [InlineData("""{"weights":{}}""", "weight_map")]
    [InlineData("""{""", "not valid JSON")]
    [InlineData("""{"weight_map":{"\ud83d":"x.safetensors"}}""", "valid Unicode")]
    [InlineData("""{"weight_map":{"b":"x.safetensors"}}""", "tensor b is in x.safetensors, but it is not there")]
    [InlineData("""{"weight_map":{}}""", "")]
    public void Shards_HostileIndex_IsRefusedWithAReason(string index, string reason)
    {
        using Tensor a = zeros(2);
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "x.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        string path = Path.Combine(folder.FullName, "model.safetensors.index.json");
        File.WriteAllText(path, index);
        if (reason.Length == 0)
        {
            using SafetensorsShards nothing = SafetensorsShards.Open(path);
            nothing.Entries.Should().BeEmpty();
            return;
        }

        FluentActions.Invoking(() => SafetensorsShards.Open(path)).Should().Throw<SafetensorsException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void Shards_MissingOrSurplus_AreNamed()
    {
        using Tensor a = zeros(2);
        string shard = Path.Combine(folder.FullName, "x.safetensors"), path = Path.Combine(folder.FullName, "model.safetensors.index.json");
        SafetensorsWriter.Write(shard, new Dictionary<string, Tensor> { ["a"] = a, ["b"] = a });
        File.WriteAllText(path, """{"weight_map":{"a":"x.safetensors"}}""");
        FluentActions.Invoking(() => SafetensorsShards.Open(path)).Should().Throw<SafetensorsException>()
            .WithMessage("x.safetensors has the tensor b, which *does not name.");
        File.Delete(shard);
        FluentActions.Invoking(() => SafetensorsShards.Open(path)).Should().Throw<FileNotFoundException>()
            .WithMessage("*names the file x.safetensors, which is missing*");
    }

    [Fact]
    public void Write_BadTensors_AreNamedAndLeaveTheOldFile()
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        using Tensor a = zeros(2);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = a });
        byte[] before = File.ReadAllBytes(path);

        FluentActions.Invoking(() => SafetensorsWriter.Write(path, [new("b", a), new("b", a)])).Should().Throw<ArgumentException>()
            .WithMessage("*b occurs twice*");
        FluentActions.Invoking(() => SafetensorsWriter.Write(path, [new("__metadata__", a)])).Should().Throw<ArgumentException>()
            .WithMessage("*__metadata__*");
        FluentActions.Invoking(() => SafetensorsWriter.WriteShards(path, [], 100)).Should().Throw<ArgumentException>()
            .WithMessage("*at least 1 tensor*");
        File.ReadAllBytes(path).Should().Equal(before);
        folder.GetFiles().Should().HaveCount(1);
    }
}
