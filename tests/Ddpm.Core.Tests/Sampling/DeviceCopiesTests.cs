using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>
/// How often the host gives numbers to a device, counted on the META device: where the noise is drawn there, no step does; where the host
/// draws it, a step does once. (That no step reads from a device is what a run on META proves by ending.)
/// </summary>
public sealed class DeviceCopiesTests
{
    private const int Steps = 40;

    private static readonly Device Meta = new(DeviceType.META);

    private static readonly ReverseDiffusion Process = new(new LinearSchedule(Steps, 1e-3, 0.3));

    public static TheoryData<string> Samplers => [.. KnownSamplers.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_NoiseOfTheDevice_CopiesNothing(string name)
    {
        Copies(Sampler(name), new PerSampleNoise(1)).Should().Be(0);
        Copies(Sampler(name), new PerSampleNoise(1), [3, 1, 4, 1]).Should().Be(1, "the classes go there once");
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Sample_NoiseOfTheHost_CopiesOnceForEachDraw(string name)
    {
        using var generator = new Generator(1);
        var noise = new Counting(new StreamNoise(generator));
        Copies(Sampler(name), noise).Should().Be(noise.Draws, "x_T and the noise of each step that has some").And.BePositive();
    }

    [Fact]
    public void Forward_TimestepsThatDiffer_AreCounted()
    {
        // The guard of the count: timesteps that differ between the examples are numbers of the host.
        using var scope = NewDisposeScope();
        Tensor x0 = zeros([3, 2], device: Meta);
        int before = HostNumbers.Copies;
        Process.Forward.Sample(x0, new long[] { 5, 0, 7 }, zeros_like(x0));
        (HostNumbers.Copies - before).Should().Be(2, "√ᾱ_t and √(1-ᾱ_t) of each example");
    }

    [Theory]
    [InlineData(new long[] { 7 }, 0)]
    [InlineData(new long[] { 7, 8, 9 }, 0)]
    [InlineData(new long[] { 7, 9, 8 }, 1)]
    [InlineData(new long[] { long.MaxValue - 1, long.MaxValue }, 1)]
    [InlineData(new long[] { }, 1)]
    public void On_NumbersInARow_AreMadeThere(long[] values, int copies)
    {
        int before = HostNumbers.Copies;
        using Tensor there = HostNumbers.On(Meta, values), here = HostNumbers.On(CPU, values);
        (HostNumbers.Copies - before).Should().Be(copies);
        here.data<long>().ToArray().Should().Equal(values);
        (there.dtype, there.numel()).Should().Be((int64, values.Length));
    }

    private static DiffusionSampler Sampler(string name) => KnownSamplers.Find(name).Create(new Tenth(), Process);

    private static int Copies(DiffusionSampler sampler, INoiseSource noise, IReadOnlyList<long>? labels = null)
    {
        int before = HostNumbers.Copies;
        using Tensor samples = sampler.Sample(new SamplingRequest
        {
            Count = 4,
            SampleShape = [3],
            Noise = noise,
            Device = Meta,
            Labels = labels,
        });
        samples.device_type.Should().Be(DeviceType.META);
        return HostNumbers.Copies - before;
    }

    private sealed class Tenth : IConditionalEpsilonModel
    {
        public int ClassCount => 5;

        public bool HasNullLabel => true;

        public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(Tensor));

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            using Scalar tenth = 0.1;
            return xt.mul(tenth);
        }
    }

    private sealed class Counting(INoiseSource noise) : INoiseSource
    {
        public int Draws { get; private set; }

        public Tensor Draw(NoiseRequest request)
        {
            Draws++;
            return noise.Draw(request);
        }
    }
}
