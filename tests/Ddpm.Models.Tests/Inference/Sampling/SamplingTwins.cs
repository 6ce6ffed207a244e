using System.Runtime.InteropServices;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

/// <summary>One network and one process for both engines: Core's on tensors, and the one on spans.</summary>
internal static class SamplingTwins
{
    /// <summary>Makes every weight tell: ordinary numbers everywhere, none near 0.</summary>
    public static TNetwork Loud<TNetwork>(TNetwork network, long seed = 7)
        where TNetwork : DescribedNetwork
    {
        network.eval();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        foreach ((_, Tensor value) in network.state_dict())
        {
            Tensor drawn = randn(value.shape, float32, generator: generator);
            double inputs = value.dim() > 1 ? value.numel() / (double)value.size(0) : 0;
            value.copy_(inputs > 0 ? drawn / Math.Sqrt(inputs) : drawn * 0.1 + 0.5);
        }

        return network;
    }

    /// <summary>The model on spans of a network and a process on tensors.</summary>
    public static InferenceModel Model(DescribedNetwork network, ReverseDiffusion process, IReadOnlyList<int>? shape = null) =>
        new(network.Description, new ModuleWeights(network), process.Describe(), shape);

    /// <summary>The numbers of a tensor.</summary>
    public static float[] Numbers(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes).ToArray();

    /// <summary>Compares both engines' samples and says how large the numbers are.</summary>
    /// <param name="actual">Those on spans.</param>
    /// <param name="expected">Those on tensors.</param>
    /// <param name="bits">Whether all bits must be equal; otherwise to 1e-5 of the largest number.</param>
    /// <param name="because">Which case it is.</param>
    public static void ShouldBeTheSame(this ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, bool bits, string because)
    {
        actual.Length.Should().Be(expected.Length, because);
        float largest = 0, difference = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            difference = Math.Max(difference, Math.Abs(actual[i] - expected[i]));
        }

        largest.Should().BeGreaterThan(0.05f, because);
        if (bits) difference.Should().Be(0, because);
        else difference.Should().BeLessThanOrEqualTo(1e-5f * Math.Max(1, largest), because);
    }
}
