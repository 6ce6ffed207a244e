using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Devices;

/// <summary>
/// Whole runs on the META device, where tensors have shapes and no numbers. There every operation on tensors of two devices fails, and so
/// does every read by the host: a run that ends has made all its tensors where they belong, and its steps wait for no device. The guard
/// against NaN, one read a step, has no numbers to read. Libtorch has no convolution, norm, choice or selection there: the network has
/// none, and starts and the bound are left out.
/// </summary>
public sealed class MetaDeviceTests
{
    private static readonly Device Meta = new(DeviceType.META);

    private static readonly ReverseDiffusion Process = new(new LinearSchedule(40, 1e-3, 0.3));

    public static TheoryData<string> Samplers => [.. KnownSamplers.All.Select(entry => entry.Name)];

    public static TheoryData<string, string> PredictionsAndVariances
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Prediction prediction in Prediction.Known)
            {
                foreach (ReverseVariance variance in ReverseVariance.Known) data.Add(prediction.Name, variance.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_EverySampler_StaysOnTheDevice(string name)
    {
        using DescribedNetwork network = Network(3);
        DiffusionSampler sampler = KnownSamplers.Find(name).Create(network, Process);
        using Tensor samples = sampler.Sample(Request(3));
        ShouldBeMeta(samples, 3, 3);
    }

    [Theory]
    [MemberData(nameof(PredictionsAndVariances))]
    public void Sample_EveryPredictionAndVariance_StaysOnTheDevice(string prediction, string variance)
    {
        ReverseVariance chosen = ReverseVariance.Known.Single(known => known.Name == variance);
        var process = new ReverseDiffusion(Process.Coefficients, new ReverseDiffusionOptions
        {
            Prediction = Prediction.Known.Single(known => known.Name == prediction),
            Variance = chosen,
        });
        using DescribedNetwork network = Network(3 * chosen.OutputsPerElement);
        using Tensor samples = new DdpmSampler(network, process).Sample(Request(2));
        ShouldBeMeta(samples, 2, 3);
    }

    [Theory]
    [InlineData(10, 20)]
    [InlineData(0, 39)]
    public void Sample_GuidanceInAnInterval_ReadsNoTimesteps(int first, int last)
    {
        using DescribedNetwork better = Network(3), worse = Network(3);
        var guided = new AutoguidedModel(better, worse, 2, interval: new GuidanceInterval(first, last));
        using Tensor samples = new DdpmSampler(guided, Process).Sample(Request(3));
        ShouldBeMeta(samples, 3, 3);

        // The guard of the test: timesteps that the host did not make are asked of the device, which has no numbers.
        using Tensor x = zeros([2, 3], device: Meta), t = zeros([2], int64, Meta);
        FluentActions.Invoking(() => guided.Predict(x, t)).Should().Throw<Exception>();
    }

    [Fact]
    public void Loss_WithItsGradients_StaysOnTheDevice()
    {
        foreach (Prediction prediction in Prediction.Known)
        {
            using var scope = NewDisposeScope();
            var process = new ReverseDiffusion(Process.Coefficients, new ReverseDiffusionOptions { Prediction = prediction });
            using DescribedNetwork network = Network(3);
            Tensor x0 = zeros([2, 3], device: Meta), noise = zeros([2, 3], device: Meta);
            foreach (LossWeighting? weighting in (LossWeighting?[])[null, LossWeighting.MinSnr()])
            {
                network.zero_grad();
                Tensor losses = new SimpleObjective(process, weighting).Loss(network, x0, new long[] { 0, 39 }, noise);
                ShouldBeMeta(losses, 2);
                losses.mean().backward();
                foreach (TorchSharp.Modules.Parameter parameter in network.parameters()) ShouldBeMeta(parameter.grad!, parameter.shape);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LabelRows_OnTheDevice_AreNotRead(bool hasNullLabel)
    {
        using var scope = NewDisposeScope();
        var description = new UNetDescription(new UNetOptions { ClassCount = 3, NullLabel = hasNullLabel });
        var input = new NetworkInput(NetworkGraph.Of(description));
        Tensor x = zeros([2, 3, 32, 32], device: Meta);
        ShouldBeMeta(input.LabelRows(zeros([2], int64, Meta), x)!, 2);
        // The guard of the test: the CPU's labels are read.
        FluentActions.Invoking(() => input.LabelRows(tensor(new long[] { 0, 3 }), x)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Sample_MixedDevices_Fails()
    {
        // What all the others rely on.
        using DescribedNetwork network = Network(3);
        FluentActions.Invoking(() => new DdpmSampler(network, Process).Sample(Request(1) with { Noise = new OnTheCpu() }))
            .Should().Throw<Exception>();
    }

    private static SamplingRequest Request(int count) =>
        new() { Count = count, SampleShape = [3], Noise = new PerSampleNoise(1), Device = Meta, BatchSize = 2 };

    private static DescribedNetwork Network(int outputs)
    {
        var network = new DescribedNetwork(new Dense(outputs));
        network.to(Meta);
        network.eval();
        return network;
    }

    private static void ShouldBeMeta(Tensor tensor, params long[] shape)
    {
        tensor.device_type.Should().Be(DeviceType.META);
        tensor.shape.Should().Equal(shape);
    }

    private sealed class Dense(int outputs) : INetworkDescription
    {
        public int SpatialDimensions => 0;

        public int InChannels => 3;

        public Feature Describe(NetworkBuilder net)
        {
            Feature time = net.Silu(net.Linear("time", net.Sinusoid(8), 8));
            return net.Linear("out", net.Silu(net.Add(net.Linear("in", net.Input, 8), time)), outputs);
        }
    }

    private sealed class OnTheCpu : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) => zeros([.. request.Shape]);
    }
}
