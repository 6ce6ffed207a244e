using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>
/// Decides in which type a network samples. Float32 on the CPU in any case: bfloat16 is how weights are kept there. Samples, noise and the
/// sampler's arithmetic stay float32.
/// </summary>
internal static class Precision
{
    public static readonly string[] Names = ["float32", "bfloat16"];

    /// <summary>Brings a network to a device and a type.</summary>
    /// <returns>The network as samplers call it; it stays the caller's.</returns>
    public static IConditionalEpsilonModel Prepare(UNet network, string dtype, Device device)
    {
        network.to(device);
        if (dtype == "float32") return network;
        if (device.type == DeviceType.CPU)
        {
            // Compiled: half the memory for weights, float32 arithmetic.
            network.Inference = InferenceOptions.BFloat16;
            return network;
        }

        network.to(ScalarType.BFloat16);
        return new CastModel(network, ScalarType.BFloat16);
    }

    /// <summary>A network of 16-bit weights that takes and gives the type of its input.</summary>
    private sealed class CastModel(IConditionalEpsilonModel model, ScalarType type) : IConditionalEpsilonModel
    {
        public int ClassCount => model.ClassCount;

        public bool HasNullLabel => model.HasNullLabel;

        public bool InTrainingMode => model.InTrainingMode;

        public IReadOnlyList<NetworkCondition> Conditions => model.Conditions;

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(BatchConditions));

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

        public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
        {
            using var scope = NewDisposeScope();
            return model.Predict(xt.to(type), t, conditions).to(xt.dtype).MoveToOuterDisposeScope();
        }
    }
}
