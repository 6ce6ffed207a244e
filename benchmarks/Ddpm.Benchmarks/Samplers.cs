using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>The library's samplers in the benchmarks.</summary>
internal static class Samplers
{
    /// <summary>A sampler of some steps through the paper's schedule of 1,000, by its name in <see cref="KnownSamplers"/>.</summary>
    public static DiffusionSampler Of(string name, IEpsilonModel model, int steps)
    {
        SamplerEntry entry = KnownSamplers.Find(name);
        return entry.Create(model, entry.Respace(new ReverseDiffusion(new LinearSchedule()), steps));
    }

    /// <summary>A batch of a network's shape.</summary>
    public static SamplingRequest Request(UNetOptions options, int batch) =>
        new()
        {
            Count = batch,
            SampleShape = [options.InChannels, options.Height, options.Width],
            Noise = new PerSampleNoise(1),
            BatchSize = batch,
        };
}
