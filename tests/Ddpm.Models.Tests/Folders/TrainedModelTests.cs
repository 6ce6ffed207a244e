using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

public sealed class TrainedModelTests
{
    private static readonly UNetOptions Images = new()
    {
        Height = 8,
        Width = 4,
        InChannels = 2,
        OutChannels = 2,
        BaseChannels = 8,
        ChannelMultipliers = [1, 2],
        AttentionResolutions = [],
        NormGroups = 4,
    };

    private static readonly ReverseDiffusion Process = new(new LinearSchedule(20, 1e-3, 0.5));

    [Theory]
    [InlineData(false, new long[] { 2, 8, 4 })]
    [InlineData(true, new long[] { 2, 8 })]
    public void Request_DrawsSamplesOfTheNetworksShape(bool signals, long[] shape)
    {
        using var model = new TrainedModel(new UNet(Images with { IsSignal = signals }, seed: 1), Process);
        model.Network.eval();
        model.SampleShape.Should().Equal(shape);
        SamplingRequest request = model.Request(count: 3, seed: 7);
        using Tensor samples = new DdimSampler(model.Network, model.Process.Respace(2)).Sample(request);
        samples.shape.Should().Equal([3, .. shape]);
        using Tensor last = new DdimSampler(model.Network, model.Process.Respace(2)).Sample(request with { Count = 1, FirstSample = 2 });
        using Tensor third = samples.narrow(0, 2, 1);
        (last - third).abs().max().item<float>().Should().BeLessThan(1e-5f, "sample k depends on seed and k alone");
    }

    [Fact]
    public void Request_OfNoSamples_NamesTheArgument()
    {
        using var model = new TrainedModel(new UNet(Images, seed: 1), Process);
        FluentActions.Invoking(() => model.Request(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
    }
}
