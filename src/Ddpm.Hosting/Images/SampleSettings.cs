using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Holds the settings of a run, each with its value; the request's defaults are filled in.</summary>
public sealed record SampleSettings
{
    /// <summary>Gets the name of the sampler.</summary>
    public required string Sampler { get; init; }

    /// <summary>Gets the steps of the sampler.</summary>
    public required int Steps { get; init; }

    /// <summary>Gets the name of the rule that chooses the timesteps.</summary>
    public required string Spacing { get; init; }

    /// <summary>Gets η of DDIM; null for other samplers.</summary>
    public double? Eta { get; init; }

    /// <summary>Gets r of the Langevin steps; null for samplers that take none.</summary>
    public double? SignalToNoise { get; init; }

    /// <summary>Gets the Langevin steps at each noise level; null for samplers that take none.</summary>
    public int? StepsPerLevel { get; init; }

    /// <summary>Gets the seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Gets the seed of the last picture, if the pictures lie between two seeds.</summary>
    public long? ToSeed { get; init; }

    /// <summary>Gets the number of pictures.</summary>
    public required int Count { get; init; }

    /// <summary>Gets the classes: picture k is of the k-th, over and over; null for none.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>Gets w of guidance; 1 is none.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>Gets the timesteps at which guidance acts; null for all.</summary>
    public GuidanceInterval? GuidanceInterval { get; init; }

    /// <summary>Gets the conditions that guidance does not strengthen; null for none.</summary>
    public IReadOnlyList<string>? KeptConditions { get; init; }

    /// <summary>Gets the height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Gets the width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the share of the steps that replaces the starting picture; null where there is none.</summary>
    public double? Strength { get; init; }

    /// <summary>Gets how often inpainting repeats each section; null without a mask.</summary>
    public int? Resamples { get; init; }
}
