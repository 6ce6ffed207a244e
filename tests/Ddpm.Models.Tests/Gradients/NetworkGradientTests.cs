using Ddpm.Core;
using Ddpm.Models.Tests.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Gradients;

/// <summary>Gradients of whole networks by kernels against those by libtorch.</summary>
public sealed class NetworkGradientTests
{
    private static readonly UNetOptions Small = LoudNetworks.Small with { Height = 8, AttentionResolutions = [4] };

    public static TheoryData<string, UNetOptions, int> Networks => new()
    {
        { "attention", Small, 2 },
        { "classes, scale and shift", Small with { ClassCount = 3, TimeScaleShift = true }, 3 },
        { "conditions", Small with { Conditions = [NetworkCondition.Spatial("low", 2), NetworkCondition.Vector("facts", 3)] }, 2 },
        { "padding", Small with { DownsamplePadding = 1, Width = 12 }, 1 },
        { "large weights for 32 tiles and for 8", Small with { BaseChannels = 128, ChannelMultipliers = [1, 1] }, 2 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Backward_AnyNetwork_HasTheGradientsOfFloat64(string name, UNetOptions options, int batch)
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(options), exact = LoudNetworks.Create(options);
        exact.to(float64);
        network.train();
        exact.train();
        Tensor[] actual = Gradients(network, batch, float32), expected = Gradients(exact, batch, float64);
        network.TrainingKernels = false;
        Tensor[] plain = Gradients(network, batch, float32);
        double largest = expected.Max(each => each.abs().max().item<double>());
        double error = Error(actual), plainError = Error(plain);
        // What float32 loses through the whole network is libtorch's loss too.
        error.Should().BeLessThan(Math.Max(1e-6, 2 * plainError), name);
        // Other sums than libtorch's: the kernels took part.
        actual.Zip(plain).Any(pair => !pair.First.equal(pair.Second).all().item<bool>()).Should().BeTrue(name);
        double Error(Tensor[] own) => own.Zip(expected).Max(
            pair => (pair.First.to(float64) - pair.Second).abs().max().item<double>()) / largest;
    }

    [Fact]
    public void Backward_Twice_HasTheSameBits()
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(Small);
        network.train();
        Tensor[] first = Gradients(network, 2, float32), second = Gradients(network, 2, float32);
        foreach ((Tensor one, Tensor other) in first.Zip(second)) one.equal(other).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Backward_AnyNumberOfThreads_HasTheSameBits()
    {
        using var scope = NewDisposeScope();
        int threads = get_num_threads();
        // With 3 threads each part has one too, and with 5 two. One network: a number of threads takes effect with the next prediction.
        using UNet network = LoudNetworks.Create(Small with { ClassCount = 3 }, dropout: 0.3);
        network.train();
        Tensor[]? first = null;
        foreach (int count in new[] { 1, 2, 3, 5 })
        {
            set_num_threads(count);
            try
            {
                network.SeedStochasticLayers(7);
                Tensor[] all = Gradients(network, 5, float32);
                first ??= all;
                string[] names = [.. network.named_parameters().Select(each => each.name), "x", "prediction"];
                foreach ((string name, (Tensor one, Tensor other)) in names.Zip(first.Zip(all)))
                {
                    one.equal(other).all().item<bool>().Should().BeTrue("{0}, {1} threads", name, count);
                }

                get_num_threads().Should().Be(count, "the caller's threads are its own again");
            }
            finally
            {
                set_num_threads(threads);
            }
        }
    }

    [Fact]
    public void Predict_TwiceWithDropout_DrawsAsLibtorchDoes()
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(Small, dropout: 0.3);
        network.train();
        (Tensor x, Tensor t) = Input(3, float32);
        Tensor[] Predicted()
        {
            // A stream of some examples of a batch, as of one rank; the second prediction goes on where the first ended.
            network.SeedStochasticLayers(7, firstExample: 2, batchSize: 6);
            return [network.Predict(x, t), network.Predict(x, t)];
        }

        Tensor[] own = Predicted();
        network.TrainingKernels = false;
        Tensor[] plain = Predicted();
        own[0].allclose(own[1]).Should().BeFalse();
        for (int i = 0; i < own.Length; i++) own[i].allclose(plain[i], rtol: 1e-4, atol: 1e-5).Should().BeTrue();
    }

    [Theory]
    [InlineData(false, 16)]
    [InlineData(true, 24)]
    public void Predict_SwitchedOffOrOtherChannels_IsLibtorchs(bool kernels, int channels)
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(Small with { BaseChannels = channels });
        (Tensor x, Tensor t) = Input(2, float32);
        Tensor expected = network.Predict(x, t);
        network.train();
        network.TrainingKernels = kernels;
        network.Predict(x, t).equal(expected).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Backward_WithDropout_DropsWhatLibtorchDrops()
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(Small with { Dropout = 0.3 }, 1);
        network.train();
        Tensor[] Seeded()
        {
            network.SeedStochasticLayers(7);
            return Gradients(network, 2, float32);
        }

        Tensor[] own = Seeded();
        network.TrainingKernels = false;
        Tensor[] plain = Seeded();
        double largest = plain.Max(each => each.abs().max().item<float>());
        foreach ((Tensor one, Tensor other) in own.Zip(plain))
        {
            ((double)(one - other).abs().max().item<float>()).Should().BeLessThan(2e-5 * largest);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Grad_OfAGradient_IsLibtorchs(double dropout)
    {
        using var scope = NewDisposeScope();
        // Not a U-Net: libtorch's attention has no second derivative.
        using var network = new DescribedNetwork(new Convolutions(dropout), 1);
        using (no_grad())
        {
            foreach (Tensor weight in network.parameters()) weight.add_(randn(weight.shape, generator: new Generator(3)), 0.05);
        }

        network.train();
        Tensor Penalty()
        {
            network.SeedStochasticLayers(7);
            (Tensor x, Tensor t) = Input(2, float32);
            Tensor slope = autograd.grad([network.Predict(x, t).square().sum()], [x], retain_graph: true, create_graph: true)[0];
            return autograd.grad([slope.square().sum()], [network.parameters().First()])[0];
        }

        Tensor own = Penalty();
        network.TrainingKernels = false;
        Tensor plain = Penalty();
        double largest = plain.abs().max().item<float>();
        largest.Should().BeGreaterThan(0);
        ((double)(own - plain).abs().max().item<float>()).Should().BeLessThan(1e-4 * largest);
    }

    [Fact]
    public void Predict_InTraining_LeavesNothing()
    {
        using var scope = NewDisposeScope();
        long memory = AlignedMemory.LiveFloats;
        var network = new UNet(Small, 1);
        network.train();
        (Tensor x, Tensor t) = Input(2, float32);
        // The first step makes gradients.
        Step(backward: true);
        Step(backward: true);
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 0; step < 3; step++)
        {
            Step(backward: false);
            Step(backward: true);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(tensors);
        network.Dispose();
        AlignedMemory.LiveFloats.Should().Be(memory);
        void Step(bool backward)
        {
            using var step = NewDisposeScope();
            Tensor loss = network.Predict(x, t).square().mean();
            if (backward) loss.backward();
        }
    }

    [Fact]
    public void AccumulateGradients_SeveralPredictions_AddsTheSameBitsAndLeavesNothing()
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(Small, dropout: 0.3);
        network.train();
        network.parameters().First().requires_grad = false;
        Tensor[] expected = Accumulated();
        Tensor[] actual = Within();
        // The thread's count after one time is that after the next: nothing stays, also not of a prediction without a backward pass.
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (Tensor tensor in Within()) tensor.Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(tensors);
        actual.Should().HaveSameCount(expected);
        foreach ((Tensor one, Tensor other) in expected.Zip(actual)) one.equal(other).all().item<bool>().Should().BeTrue();

        Tensor[] Within()
        {
            using IDisposable time = network.AccumulateGradients()!;
            return Accumulated();
        }

        Tensor[] Accumulated()
        {
            using var inner = NewDisposeScope();
            foreach (TorchSharp.Modules.Parameter weight in network.parameters()) weight.grad = null;
            network.SeedStochasticLayers(7);
            (Tensor x, Tensor t) = Input(3, float32);
            Tensor first = network.Predict(x.detach(), t), second = network.Predict(x.detach() * 0.5, t);
            // A prediction that no loss follows, and a loss of two predictions.
            network.Predict(x.detach(), t);
            (first * second).mean().backward();
            network.Predict(x.detach(), t).square().mean().backward();
            return [.. network.parameters().Skip(1).Select(weight => weight.grad!.clone().MoveToOuterDisposeScope())];
        }
    }

    [Fact]
    public void Predict_WithFrozenWeights_GivesGradientsToTheOthersAlone()
    {
        using var scope = NewDisposeScope();
        using UNet network = LoudNetworks.Create(Small);
        network.train();
        foreach ((string key, TorchSharp.Modules.Parameter weight) in network.named_parameters())
        {
            weight.requires_grad = key.StartsWith("up_blocks", StringComparison.Ordinal);
        }

        (Tensor x, Tensor t) = Input(1, float32);
        network.Predict(x.detach(), t).square().mean().backward();
        foreach ((string key, TorchSharp.Modules.Parameter weight) in network.named_parameters())
        {
            (weight.grad is not null).Should().Be(weight.requires_grad, key);
        }
    }

    // The gradients of all weights, of x_t, and the prediction.
    private static Tensor[] Gradients(UNet network, int batch, ScalarType type)
    {
        foreach (Tensor weight in network.parameters()) weight.grad?.zero_();
        (Tensor x, Tensor t) = Input(batch, type);
        Tensor labels = tensor([.. Enumerable.Range(0, batch).Select(i => (long)i % 3)]);
        var given = new Dictionary<string, Tensor>
        {
            ["low"] = randn([batch, 2, 8, 16], float32, generator: new Generator(5)).to(type),
            ["facts"] = randn([batch, 3], float32, generator: new Generator(6)).to(type),
        };
        var conditions = new BatchConditions(
            network.ClassCount > 0 ? labels : null, network.Conditions.ToDictionary(each => each.Name, each => given[each.Name]));
        Tensor prediction = network.Predict(x, t, conditions);
        Tensor target = randn(prediction.shape, float32, generator: new Generator(7)).to(type);
        (prediction - target).square().mean().backward();
        return [.. network.parameters().Select(weight => weight.grad!.clone()), x.grad!, prediction.detach()];
    }

    private sealed class Convolutions(double dropout) : INetworkDescription
    {
        public int SpatialDimensions => 2;

        public int InChannels => 2;

        public Feature Describe(NetworkBuilder net)
        {
            Feature time = net.Linear("time", net.Sinusoid(16), 16);
            Feature x = net.Add(net.Convolution("first", net.Input, 16), time);
            Feature h = net.Dropout(net.Silu(net.GroupNorm("norm", net.Convolution("second", x, 16), 4)), dropout);
            return net.Convolution("last", net.Concatenate(net.Convolution("third", h, 32), x), 2);
        }
    }

    private static (Tensor X, Tensor T) Input(int batch, ScalarType type)
    {
        Tensor x = randn([batch, 2, 8, 16], float32, generator: new Generator(11)).to(type);
        return (x.requires_grad_(true), tensor([.. Enumerable.Range(0, batch).Select(i => 100L + 300 * i)]));
    }
}
