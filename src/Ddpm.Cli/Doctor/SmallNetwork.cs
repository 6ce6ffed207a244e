using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Doctor;

/// <summary>The network whose steps are timed, with weights that decide nothing but the time.</summary>
internal sealed class SmallNetwork : IWeightSource
{
    /// <summary>The timesteps of its process.</summary>
    public const int Timesteps = 1000;

    private readonly Dictionary<string, float[]> weights;

    public SmallNetwork()
    {
        weights = NetworkGraph.Of(new UNetDescription(Options)).Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => Enumerable.Range(0, checked((int)parameter.Count)).Select(i => 0.02f * ((i * 37 % 101) / 50f - 1)).ToArray());
    }

    /// <summary>Its size: colour images of 32×32.</summary>
    public static UNetOptions Options { get; } = new()
    {
        Height = 32,
        Width = 32,
        BaseChannels = 32,
        ChannelMultipliers = [1, 2, 2],
        BlocksPerLevel = 2,
        AttentionResolutions = [16],
        NormGroups = 8,
        Dropout = 0,
    };

    /// <summary>The process that it would have learned.</summary>
    public static ProcessDescription Process { get; } = new()
    {
        Schedule = LinearSchedule.Scaled(Timesteps),
        Prediction = "epsilon",
        Variance = "fixed_small",
    };

    public ReadOnlySpan<float> Read(string name) => weights[name];
}
