using Ddpm.Core;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference.Plans;

/// <summary>Plans of networks that nobody planned for: whatever is described, the kernels and libtorch agree.</summary>
public sealed class RandomNetworkTests
{
    public static TheoryData<int> Widths => [.. OneLayer.Widths];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Predict_RandomOperations_IsTheNetworksAnswer(int lanes)
    {
        for (int seed = 0; seed < 120; seed++)
        {
            var description = new RandomNetwork(seed);
            using var network = new DescribedNetwork(description, seed);
            network.eval();
            using var scope = NewDisposeScope();
            long[] sizes = description.SpatialDimensions switch { 2 => [6, 10], 1 => [14], _ => [] };
            Tensor x = randn([3, description.InChannels, .. sizes], float32, generator: new Generator((ulong)seed));
            Tensor t = seed % 2 == 0 ? tensor(new[] { 7L, 7, 7 }) : tensor(new[] { 0L, 500, 999 });
            Tensor? labels = description.ClassCount > 0 ? tensor(new[] { 2L, 0, 1 }) : null;
            var conditions = new BatchConditions(labels, description.Given(sizes));
            using CompiledModel compiled = network.Compile(NullLogger.Instance, lanes);
            using var noGradient = no_grad();
            Tensor actual = ((IConditionalEpsilonModel)compiled.Model).Predict(x, t, conditions);
            // libtorch in float32 is no reference: a norm of few numbers may divide rounding by rounding.
            network.to(float64);
            Tensor expected = network.Predict(x.to(float64), t, conditions);

            double largest = Math.Max(1, expected.abs().max().item<double>());
            double error = (actual.to(float64) - expected).abs().max().item<double>();
            error.Should().BeLessThan(2e-5 * largest, "seed {0}, {1} lanes", seed, lanes);
        }
    }

    [Fact]
    public void StateDict_OfTheGraph_IsThatOfTheModule()
    {
        DescribedNetwork[] networks = [.. Enumerable.Range(0, 40)
            .Select(seed => new DescribedNetwork(new RandomNetwork(seed))), new UNet()];
        foreach (DescribedNetwork network in networks)
        {
            using (network)
            {
                IEnumerable<string> module = network.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]");
                network.Graph.StateDict().Select(weight => $"{weight.Name} [{string.Join(", ", weight.Shape)}]").Should().Equal(module);
            }
        }
    }
}
