using System.Buffers.Binary;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

public sealed class ModelFolderTests : IDisposable
{
    private static readonly UNetOptions Small = new() { Height = 16, Width = 8, InChannels = 1, OutChannels = 1, BaseChannels = 16, ChannelMultipliers = [1, 2], BlocksPerLevel = 1, AttentionResolutions = [8], NormGroups = 4, AttentionHeadChannels = 8 };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-models-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_ThenLoad_GivesTheSameNetworkAndProcess()
    {
        using var network = new UNet(Small, 3);
        var process = new ReverseDiffusion(new LinearSchedule(250, 4e-4, 0.08), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall, Clipping = X0Clipping.None });

        ModelFolder.Save(folder.FullName, network, process);
        using TrainedModel model = ModelFolder.Load(folder.FullName);

        model.Network.Options.Should().Be(Small);
        model.Network.InTrainingMode.Should().BeFalse();
        model.Process.Options.Should().Be(process.Options);
        model.Process.Coefficients.Betas.Should().Equal(process.Coefficients.Betas);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
        folder.GetFiles("*", SearchOption.AllDirectories).Should().HaveCount(4);
    }

    [Fact]
    public void Load_WeightsOfAnotherNetwork_ListsWhatDiffers()
    {
        var process = new ReverseDiffusion(new LinearSchedule());
        using UNet network = new(Small), wider = new(Small with { BaseChannels = 32, BlocksPerLevel = 2 });
        ModelFolder.Save(folder.FullName, network, process);
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"), wider.state_dict());

        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*Unexpected: *down_blocks.0.resnets.1.conv1.weight*conv_in.weight (expected Float32 [16, 1, 3, 3], found Float32 [32, 1, 3, 3])*");
    }

    [Fact]
    public void Load_MissingFileOrBadField_NamesIt()
    {
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<FileNotFoundException>().WithMessage("*no unet/config.json*");
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string configuration = Path.Combine(folder.FullName, "scheduler", "scheduler_config.json");
        File.WriteAllText(configuration, File.ReadAllText(configuration).Replace("\"linear\"", "\"wavy\"", StringComparison.Ordinal));
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>().WithMessage("*beta_schedule must be linear, but is wavy*");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void Safetensors_WriteThenRead_IsBitEqual(ScalarType type)
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        using Tensor matrix = (arange(12, dtype: float64) - 5).reshape(3, 4).to(type), scalar = tensor(3.0).to(type), nothing = zeros([0, 2], type), permuted = matrix.t();
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
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "tensor b begins")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "name twice")]
    [InlineData("{\"a\":{\"dtype\":\"F9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "F9")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8, "too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "tensor a must have")]
    [InlineData("[]", 0, "JSON object")]
    [InlineData("{", 0, "not valid JSON")]
    public void Safetensors_HostileHeader_IsRefusedWithAReason(string header, int dataBytes, string reason)
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]]);

        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>().WithMessage($"*x.safetensors*{reason}*");
    }

    [Fact]
    public void Safetensors_HeaderLengthBeyondTheFile_IsRefused()
    {
        string path = Path.Combine(folder.FullName, "x.safetensors");
        File.WriteAllBytes(path, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, (byte)'{', (byte)'}']);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<SafetensorsException>().WithMessage("*header is 9223372036854775807 bytes*");
    }
}
