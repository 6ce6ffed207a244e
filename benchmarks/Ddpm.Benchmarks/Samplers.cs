using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>Samplers by their names in the tables.</summary>
internal static class Samplers
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ddpm", "ddim", "dpm-solver++", "pndm"];

    /// <summary>A sampler of some steps through the paper's schedule of 1,000.</summary>
    public static DiffusionSampler Of(string name, IEpsilonModel model, int steps)
    {
        var process = new ReverseDiffusion(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, steps)));
        return name switch
        {
            "ddpm" => new DdpmSampler(model, process),
            "ddim" => new DdimSampler(model, process),
            "dpm-solver++" => new DpmSolverSampler(model, process),
            "pndm" => new PndmSampler(model, process),
            _ => throw new ArgumentException($"name must be one of {string.Join(", ", Names)}, but is {name}.", nameof(name)),
        };
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
