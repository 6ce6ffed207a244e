using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Shapes that a network does not take are named in the words of the call.</summary>
public sealed class SampleShapeTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(10, 1e-3, 0.5));
    private readonly UNet network = new(UNetOptions.For(8, 8, 3, 4, classes: 2));

    public void Dispose() => network.Dispose();

    public static TheoryData<long[]> Wrong => [[1, 8, 8], [3, 8, 7], [3, 8], [8, 8, 3], []];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Sample_WrongShape_NamesSampleShape(long[] shape)
    {
        network.eval();
        var request = new SamplingRequest { SampleShape = shape, Noise = new PerSampleNoise(1), Labels = [0] };
        string message =
            "SampleShape must be [3, H, W] with sizes that are positive multiples of 2 for the network, "
            + $"but is [{string.Join(", ", shape)}]*";
        foreach (IEpsilonModel model in new IEpsilonModel[] { network, new GuidedModel(network, 2) })
        {
            new DdpmSampler(model, Process).Invoking(s => s.Sample(request)).Should().Throw<ArgumentException>().WithMessage(message);
        }

        foreach (IEpsilonModel model in new IEpsilonModel[] { new LabelledModel(network, 0), new RescaledTimeModel(network, 100) })
        {
            new DdpmSampler(model, Process).Invoking(s => s.Sample(request with { Labels = null, Count = 1 })).Should()
                .Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void OtherWays_WrongShape_NameTheirArgument()
    {
        network.eval();
        using Tensor x = zeros(1, 1, 8, 8), known = ones(8, 8, ScalarType.Bool);
        var noise = new PerSampleNoise(1);
        var sampler = new DdimSampler(network, Process);
        const string rest =
            " must be a batch of [3, H, W] with sizes that are positive multiples of 2 for the network, but has [1, 1, 8, 8]*";
        sampler.Invoking(s => s.SampleFrom(x, 3, noise)).Should().Throw<ArgumentException>().WithMessage("xt" + rest);
        sampler.Invoking(s => s.Reconstruct(x, 3, noise)).Should().Throw<ArgumentException>().WithMessage("x0" + rest);
        sampler.Invoking(s => s.Interpolate(x, x, [0.5], 3, noise)).Should().Throw<ArgumentException>().WithMessage("first" + rest);
        new InpaintingSampler(network, Process).Invoking(s => s.Inpaint(x, known, noise)).Should().Throw<ArgumentException>()
            .WithMessage("x0" + rest);
        new DdimInversion(network, Process).Invoking(s => s.Invert(x)).Should().Throw<ArgumentException>().WithMessage("x0" + rest);
    }

    [Fact]
    public void Vectors_WrongLength_NamesSampleShape()
    {
        using var vectors = new Mlp(new MlpOptions { Dimensions = 3, Width = 8, Blocks = 1 });
        var request = new SamplingRequest { SampleShape = [4], Noise = new PerSampleNoise(1) };
        new DdimSampler(vectors, Process).Invoking(s => s.Sample(request)).Should().Throw<ArgumentException>()
            .WithMessage("SampleShape must be [3] for the network, but is [4]*");
    }
}
