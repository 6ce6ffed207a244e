using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Models, images and files, most of them wrong in one way; made once for all mistakes.</summary>
public sealed class WrongThings : IDisposable
{
    public WrongThings()
    {
        Here.SaveModel();
        Here.SaveModel("classes", classes: 3);
        Here.SaveModel("two", channels: 2);
        using (var given = new UNet(Workplace.Network(1, null) with { Conditions = [NetworkCondition.Spatial("low", 1)] }))
        {
            ModelFolder.Save(Here["given"], given, Workplace.Process);
        }

        Here.SaveModel("broken");
        File.WriteAllText(Here["broken/unet/config.json"], "{");
        Here.SaveModel("pickle");
        File.Move(Here["pickle/unet/diffusion_pytorch_model.safetensors"], Here["pickle/unet/diffusion_pytorch_model.bin"]);
        Here.SaveIdx("gray", 8, seed: 1);
        using Tensor picture = zeros([3, 4, 8], uint8);
        foreach (string name in new[] { "colour/a.png", "colour/b.png", "damaged/a.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Here[name])!);
            ImageFile.SavePng(Here[name], picture);
        }

        File.WriteAllText(Here["damaged/b.png"], "no picture");
        File.WriteAllText(Here["s.npz"], "no archive");
        using Tensor features = randn([9, 3], float64);
        using (FeatureStatistics statistics = FeatureStatistics.Of(features)) StatisticsFile.Save(Here["statistics.npz"], statistics);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Goldens", "tiny_features.pt"), Here["net.pt"]);
        using Tensor two = zeros(2, 1, 8, 8), narrow = zeros(2, 1, 8, 4), nan = full([2, 1, 8, 8], float.NaN);
        SafetensorsWriter.Write(Here["x.safetensors"], [KeyValuePair.Create("x", two)]);
        SafetensorsWriter.Write(Here["wrong.safetensors"], [KeyValuePair.Create("y", narrow)]);
        SafetensorsWriter.Write(Here["many.safetensors"], [KeyValuePair.Create("a", two), KeyValuePair.Create("b", two)]);
        SafetensorsWriter.Write(Here["nan.safetensors"], [KeyValuePair.Create("x_T", nan), KeyValuePair.Create("other", two)]);
    }

    internal Workplace Here { get; } = new();

    public void Dispose() => Here.Dispose();
}
