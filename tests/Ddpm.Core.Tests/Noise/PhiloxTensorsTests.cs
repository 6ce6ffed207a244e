using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Noise;

/// <summary>A device that draws its own noise draws that of the CPU.</summary>
public sealed class PhiloxTensorsTests
{
    [Theory]
    [InlineData(0, 0, 64)]
    [InlineData(-1, 7, 1)]
    [InlineData(long.MaxValue, int.MaxValue, 5)]
    [InlineData(0x0123456789ABCDEF, 1000, 20_003)]
    public void Normal_AnySeedStepAndLength_IsTheNoiseOfTheCpu(long seed, int step, int elements)
    {
        long[] samples = [0, 1, 65_537, uint.MaxValue, 1L << 40, long.MaxValue];
        using Tensor drawn = PhiloxTensors.Normal(seed, samples, step, elements, CPU);
        drawn.shape.Should().Equal(samples.Length, elements);
        float[] actual = drawn.data<float>().ToArray();
        var expected = new float[actual.Length];
        for (int row = 0; row < samples.Length; row++)
        {
            new CounterBasedRandom(seed, samples[row], step).FillNormal(expected.AsSpan(row * elements, elements));
        }

        // Libraries may round the last digit of a float64 logarithm or cosine differently, which one float32 in 10⁸ shows.
        actual.Zip(expected).Count(pair => pair.First != pair.Second).Should().BeLessThanOrEqualTo(1);
        actual.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Draw_OnMeta_HasTheShapeAndLeavesNothing()
    {
        var request = new NoiseRequest { SampleIndices = [3, 4], Step = 1, Shape = [2, 3, 5], Device = new Device(DeviceType.META) };
        var noise = new PerSampleNoise(1);
        noise.Draw(request).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Tensor drawn = noise.Draw(request))
        {
            drawn.shape.Should().Equal(2, 3, 5);
            drawn.device_type.Should().Be(DeviceType.META);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        FluentActions.Invoking(() => noise.Draw(request with { Shape = [3, 5] })).Should().Throw<ArgumentException>()
            .WithMessage("Shape must begin with the number of samples, 2, but is [3, 5].*");
    }
}
