using System.Text.Json;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

public sealed class WeightNamesTests : IDisposable
{
    private static readonly UNetOptions Small = new()
    {
        Height = 16,
        Width = 16,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2, 2],
        BlocksPerLevel = 2,
        AttentionResolutions = [8],
        NormGroups = 4,
    };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-names-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Modern_EveryNameOfEveryGeneration_IsTodays()
    {
        JsonElement golden = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "04_unet_cifar10_keys.json"))).RootElement;
        foreach (JsonElement entry in golden.GetProperty("tensors").EnumerateArray())
        {
            string key = entry.GetProperty("key").GetString()!;
            WeightNames.Modern(key, 4).Should().Be(key);
            WeightNames.Modern(entry.GetProperty("original_key").GetString()!, 4).Should().Be(key);
            if (entry.GetProperty("old_key").GetString() is { } old) WeightNames.Modern(old, 4).Should().Be(key);
        }
    }

    [Theory]
    [InlineData("old")]
    [InlineData("original")]
    public void Load_OlderNames_GivesAnEqualModel(string generation)
    {
        using var network = new UNet(Small, 3);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        using var scope = NewDisposeScope();
        var renamed = new Dictionary<string, Tensor>();
        foreach ((string key, Tensor value) in network.state_dict())
        {
            string name = generation == "old" ? Old(key) : Original(key);
            // The authors' attention has 1×1 convolutions.
            bool convolution = generation == "original" && key.Contains("attentions", StringComparison.Ordinal) && value.dim() == 2;
            renamed.Add(name, convolution ? value.unsqueeze(-1).unsqueeze(-1) : value);
        }

        SafetensorsWriter.Write(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"), renamed);
        using TrainedModel model = ModelFolder.Load(folder.FullName);

        model.Report.Renamed.Should().Be(renamed.Keys.Except(network.state_dict().Keys).Count()).And.BeGreaterThan(0);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
    }

    [Fact]
    public void Load_SameTensorInTwoGenerations_IsRefused()
    {
        using var network = new UNet(Small, 3);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        Dictionary<string, Tensor> twice = new(network.state_dict());
        twice["mid.block_1.conv1.bias"] = twice["mid_block.resnets.0.conv1.bias"];
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"), twice);
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*has mid_block.resnets.0.conv1.bias twice*");
    }

    private static string Old(string key) =>
        key.Replace(".to_q.", ".query.", StringComparison.Ordinal).Replace(".to_k.", ".key.", StringComparison.Ordinal)
            .Replace(".to_v.", ".value.", StringComparison.Ordinal).Replace(".to_out.0.", ".proj_attn.", StringComparison.Ordinal);

    // Written apart from the code under test, from the table of names: the way up is counted from the finest of 3 levels.
    private static string Original(string key)
    {
        (string, string)[] table =
        [
            ("time_embedding.linear_1", "temb.dense.0"), ("time_embedding.linear_2", "temb.dense.1"), ("conv_norm_out", "norm_out"),
            ("mid_block.resnets.0", "mid.block_1"), ("mid_block.resnets.1", "mid.block_2"), ("mid_block.attentions.0", "mid.attn_1"),
            ("down_blocks.0", "down.0"), ("down_blocks.1", "down.1"), ("down_blocks.2", "down.2"), ("up_blocks.0", "up.2"),
                ("up_blocks.1", "up.1"), ("up_blocks.2", "up.0"),
            ("downsamplers.0", "downsample"), ("upsamplers.0", "upsample"), ("resnets", "block"), ("attentions", "attn"),
            ("time_emb_proj", "temb_proj"), ("conv_shortcut", "nin_shortcut"), ("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"),
                ("to_v", "v"), ("to_out.0", "proj_out"),
        ];
        return table.Aggregate(key, (name, pair) => name.Replace(pair.Item1, pair.Item2, StringComparison.Ordinal));
    }
}
