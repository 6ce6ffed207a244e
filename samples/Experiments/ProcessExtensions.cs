using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>Fewer steps of a process.</summary>
internal static class ProcessExtensions
{
    /// <summary>The process over so many of its steps, the last among them; itself for all.</summary>
    public static ReverseDiffusion Respaced(this ReverseDiffusion process, int steps) =>
        process.Respaced(TimestepSpacing.Trailing(process.Coefficients.Timesteps, steps));

    /// <summary>The process over some of its steps; itself for all.</summary>
    public static ReverseDiffusion Respaced(this ReverseDiffusion process, ImmutableArray<int> retained) =>
        retained.Length == process.Coefficients.Timesteps
            ? process
            : new ReverseDiffusion(new RespacedSchedule(process.Coefficients.Schedule, retained), process.Options);
}
