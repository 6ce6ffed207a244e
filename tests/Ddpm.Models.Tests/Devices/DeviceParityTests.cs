using Ddpm.Core;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Devices;

/// <summary>
/// What a network gives on another device (<see cref="OtherDevice"/>), against the CPU.
/// </summary>
public sealed class DeviceParityTests
{
    private static readonly Device Other = OtherDevice.Of();

    private static readonly ReverseDiffusion Process = new(new LinearSchedule(10, 1e-3, 0.3));

    private static readonly UNetOptions Options = new()
    {
        Height = 8,
        Width = 8,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [4],
        NormGroups = 4,
        Dropout = 0,
        ClassCount = 3,
    };

    public static TheoryData<string> Samplers => [.. KnownSamplers.All.Select(entry => entry.Name)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Predict_OnTheDevice_IsTheCpus(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        Tensor x = Numbers(4), labels = tensor(new long[] { 0, 2, -1, 1 }), t = tensor(new long[] { 0, 3, 6, 9 });
        using UNet here = Network(CPU), there = Network(Other);
        here.eval();
        there.eval();
        there.ChannelsLast = channelsLast;
        Tensor prediction = there.Predict(x.to(Other), t.to(Other), labels.to(Other));
        ShouldBeClose(prediction, here.Predict(x, t, labels), 1e-4);
        prediction.is_contiguous().Should().BeTrue("predictions lie channels first");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LossAndGradients_OnTheDevice_AreTheCpus(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        using UNet here = Network(CPU), there = Network(Other);
        there.ChannelsLast = channelsLast;
        there.TrainingKernels = !channelsLast;
        ShouldBeClose(LossOf(there), LossOf(here), 1e-4);
        foreach ((var theirs, var ours) in there.parameters().Zip(here.parameters())) ShouldBeClose(theirs.grad!, ours.grad!, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_OnTheDevice_IsTheCpus(string name)
    {
        using var scope = NewDisposeScope();
        ShouldBeClose(Sample(name, Other), Sample(name, CPU), 1e-3);
    }

    private static Tensor Sample(string name, Device device)
    {
        using UNet network = Network(device);
        network.eval();
        return KnownSamplers.Find(name).Create(network, Process).Sample(new SamplingRequest
        {
            Count = 2,
            SampleShape = [3, 8, 8],
            Noise = new PerSampleNoise(1),
            Device = device,
            Labels = [0, -1],
        });
    }

    private static Tensor LossOf(UNet network)
    {
        Device device = network.parameters().First().device;
        var model = new ConditionedModel(network, new BatchConditions(tensor(new long[] { 0, 1, -1, 2 }, int64, device)));
        Tensor losses = new SimpleObjective(Process).Loss(model, Numbers(4).to(device), new long[] { 0, 4, 7, 9 }, Numbers(4).to(device));
        losses.mean().backward();
        return losses.detach();
    }

    // The last convolution of a new network is zero, which would hide the rest.
    private static UNet Network(Device device)
    {
        var network = new UNet(Options, seed: 1);
        using (no_grad())
        {
            int index = 0;
            foreach (var parameter in network.parameters())
            {
                using Tensor values = arange(parameter.numel()).mul(0.37).add(index++).sin().mul(0.1).reshape(parameter.shape);
                parameter.add_(values);
            }
        }

        network.to(device);
        return network;
    }

    private static Tensor Numbers(int count) => arange(count * 192).mul(0.61).sin().reshape(count, 3, 8, 8);

    private static void ShouldBeClose(Tensor actual, Tensor expected, double tolerance)
    {
        actual.device_type.Should().Be(Other.type);
        double scale = Math.Max(1, expected.abs().max().to(float64).item<double>());
        (actual.cpu() - expected).abs().max().to(float64).item<double>().Should().BeLessThan(tolerance * scale);
    }
}
