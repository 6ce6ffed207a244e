using Ddpm.Inference;
using Ddpm.Inference.Tests;
using Ddpm.Onnx;

namespace Browser.Tests;

/// <summary>
/// A network with every kind of layer of the included one, with random weights. It has a few channels and as many at both resolutions:
/// WebGPU compiles a program for each kind and shape, which takes SwiftShader longer than running it.
/// </summary>
internal static class SmallModel
{
    private static readonly UNetDescription Network = new(new UNetOptions
    {
        Height = 8,
        Width = 8,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 8,
        ChannelMultipliers = [1, 1],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 4,
        ClassCount = 3,
    });

    private static readonly ProcessDescription Process = new()
    {
        Schedule = new LinearSchedule(),
        Prediction = "epsilon",
        Variance = "fixed_large",
    };

    private static readonly ProcessDescription Distilled = Process with { Timesteps = [100, 400, 700, 999] };

    private static readonly DrawnWeights Weights = DrawnWeights.Of(Network);

    /// <summary>Gives the model as C# computes it.</summary>
    public static InferenceModel Load() => new(Network, Weights, Process);

    /// <summary>Gives a model for four timesteps alone.</summary>
    public static InferenceModel LoadDistilled() => new(Network, Weights, Distilled);

    /// <summary>Writes the model for four timesteps.</summary>
    public static void ExportDistilled(string path) =>
        OnnxExport.Save(path, Network, Weights, new OnnxExportOptions { Process = Distilled });

    /// <summary>Writes the model for the page.</summary>
    public static void Export(string path) => OnnxExport.Save(path, Network, Weights, new OnnxExportOptions { Process = Process });
}
