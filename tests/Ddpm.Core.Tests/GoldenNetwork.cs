using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests;

/// <summary>The inputs and the closed-form "networks" of the reference values in group 03.</summary>
internal sealed class GoldenNetwork(string meanType, string varianceType) : IEpsilonModel
{
    public static Tensor X0()
    {
        Tensor x0 = GoldenRandom.Fill(GoldenRandom.Pixel, "c_x0", 4, 3, 8, 8);
        x0[0, 0, 0, 0] = -1;
        x0[0, 0, 0, 1] = 1;
        return x0;
    }

    public static Tensor Noise() => GoldenRandom.Fill(GoldenRandom.Normal, "c_noise", 4, 3, 8, 8);

    public static IVarianceSchedule Schedule(JsonElement golden) => golden.Text("schedule") switch
    {
        "linear" => LinearSchedule.Scaled(golden.Integer("T")),
        "cosine" => new CosineSchedule(golden.Integer("T")),
        string other => throw new InvalidDataException(other),
    };

    public static ReverseDiffusion Process(JsonElement golden) => new(Schedule(golden), new ReverseDiffusionOptions
    {
        Prediction = golden.Text("mean_type") switch
        {
            "eps" => Prediction.Epsilon,
            "x0" => Prediction.X0,
            "xprev" => Prediction.PosteriorMean,
            string other => throw new InvalidDataException(other),
        },
        Variance = golden.Text("var_type") switch
        {
            "fixed_small" => ReverseVariance.FixedSmall,
            "fixed_large" => ReverseVariance.FixedLarge,
            "learned" => ReverseVariance.Learned,
            "learned_range" => ReverseVariance.LearnedRange,
            string other => throw new InvalidDataException(other),
        },
        Clipping = golden.TryGetProperty("clip_denoised", out JsonElement clips) && !clips.GetBoolean() ? X0Clipping.None : X0Clipping.Unit,
    });

    /// <summary>The network of a case, which is told t · 1000/T where the case says so.</summary>
    public static IEpsilonModel Of(JsonElement golden)
    {
        IEpsilonModel network = new GoldenNetwork(golden.Text("mean_type"), golden.Text("var_type"));
        return golden.TryGetProperty("rescale_timesteps", out JsonElement rescale) && rescale.GetBoolean()
            ? new RescaledTimeModel(network, golden.Integer("T"))
            : network;
    }

    public Tensor Predict(Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        Tensor time = t.to(xt.dtype).reshape([-1, .. Enumerable.Repeat(1L, (int)xt.dim() - 1)]);
        Tensor mean = meanType switch
        {
            "eps" => 0.7 * xt + 0.3 * (2 * xt + 0.01 * time).sin(),
            "x0" => 0.8 * xt.tanh() + 0.05 * (0.01 * time).cos(),
            "xprev" => 0.95 * xt + 0.02 * (0.01 * time).sin(),
            _ => throw new InvalidDataException(meanType),
        };
        Tensor? variance = varianceType switch
        {
            "learned" => -3 + 0.5 * xt.sin() - 0.001 * time,
            "learned_range" => 0.9 * (1.5 * xt + 0.02 * time).sin(),
            _ => null,
        };
        return (variance is null ? mean : cat([mean, variance], 1)).MoveToOuterDisposeScope();
    }
}
