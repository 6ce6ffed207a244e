using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>A temporary folder, the files that commands need, and the commands.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-cli-");

    public static ReverseDiffusion Process { get; } = new(new LinearSchedule(20, 1e-3, 0.5));

    public static UNetOptions Network(int channels = 1, int? classes = null) =>
        new()
        {
            Height = 8,
            Width = 8,
            InChannels = channels,
            OutChannels = channels,
            BaseChannels = 8,
            ChannelMultipliers = [1, 2],
            BlocksPerLevel = 1,
            AttentionResolutions = [],
            NormGroups = 4,
            Dropout = 0,
            ClassCount = classes,
        };

    /// <summary>A path here, with the separators of this system.</summary>
    public string this[string name] => Path.Combine(folder.FullName, name.Replace('/', Path.DirectorySeparatorChar));

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Runs a command; {name} in an argument is the path of name here.</summary>
    public (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run([.. arguments.Select(Place)], output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that ends well, and reads the JSON that it writes.</summary>
    public JsonObject Json(params string[] arguments)
    {
        (int code, string output, string error) = Run([.. arguments, "--json"]);
        code.Should().Be(0, error);
        return JsonNode.Parse(output)!.AsObject();
    }

    public string Place(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"\{([\w/.-]+)\}", match => this[match.Groups[1].Value]);

    /// <summary>A model folder with weights that are not those of a beginning, at which a network puts out almost nothing.</summary>
    public void SaveModel(string name = "model", int channels = 1, int? classes = null)
    {
        using UNet network = NewNetwork(channels, classes);
        ModelFolder.Save(this[name], network, Process);
    }

    public static UNet NewNetwork(int channels = 1, int? classes = null) => Loud(new UNet(Network(channels, classes), seed: 3));

    /// <summary>Changes every weight of a network by noise.</summary>
    public static UNet Loud(UNet network)
    {
        using var noGradient = no_grad();
        using var generator = new Generator(4);
        foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
        {
            using Tensor noise = randn(parameter.shape, generator: generator);
            parameter.add_(noise, alpha: 0.1);
        }

        network.eval();
        return network;
    }

    /// <summary>Gray PNG files of 8×8, in a folder for each class.</summary>
    public void SavePictures(string name, int count, int seed, int channels = 1)
    {
        using Tensor images = Images(count, seed, channels);
        for (int i = 0; i < count; i++)
        {
            string file = Path.Combine(this[name], (i % 2 == 0) ? "even" : "odd", $"{i:D3}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using Tensor image = images[i];
            ImageFile.SavePng(file, image);
        }
    }

    public void SaveIdx(string name, int count, int seed, bool flip = false)
    {
        using Tensor drawn = Images(count, seed), images = flip ? drawn.flip(3) : drawn.alias();
        File.WriteAllBytes(
            this[name],
            [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 8, 0, 0, 0, 8, .. images.flatten().data<byte>().ToArray()]);
    }

    public static Tensor Images(int count, int seed, int channels = 1)
    {
        using var generator = new Generator((ulong)seed);
        return randint(256, [count, channels, 8, 8], uint8, generator: generator);
    }
}
