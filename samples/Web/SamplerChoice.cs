using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Web;

/// <summary>A sampler that people may choose.</summary>
/// <param name="Name">Its name in requests.</param>
/// <param name="Title">Its name on the page.</param>
/// <param name="About">When to choose it, in a line.</param>
/// <param name="DefaultSteps">Steps that give good pictures at T = 1000.</param>
/// <param name="Spacing">Which timesteps so many steps visit.</param>
/// <param name="Create">The sampler of a process.</param>
internal sealed record SamplerChoice(
    string Name,
    string Title,
    string About,
    int DefaultSteps,
    Func<IVarianceSchedule, int, ImmutableArray<int>> Spacing, Func<IEpsilonModel, ReverseDiffusion, DiffusionSampler> Create)
{
    private static readonly SamplerChoice Ddpm = new(
        "ddpm",
        "DDPM",
        "The paper's own, with noise at every step, which mends the network's errors on the way",
        100,
        Trailing,
        (model, process) => new DdpmSampler(model, process));
    private static readonly SamplerChoice Ddim = new(
        "ddim",
        "DDIM",
        "Deterministic: the same noise gives the same picture at any number of steps",
        50,
        Trailing,
        (model, process) => new DdimSampler(model, process));
    private static readonly SamplerChoice DpmSolver = new(
        "dpm-solver",
        "DPM-Solver++",
        "Second order: good pictures in 20 steps",
        20,
        Karras,
        (model, process) => new DpmSolverSampler(model, process));
    private static readonly SamplerChoice Pndm = new(
        "pndm",
        "iPNDM",
        "Fourth order: smooth trajectories in 30 steps",
        30,
        Trailing,
        (model, process) => new PndmSampler(model, process));

    /// <summary>
    /// The samplers that a process allows; the first is the page's choice. Two of them take the logarithm of the signal that is left at T -
    /// 1.
    /// </summary>
    public static IReadOnlyList<SamplerChoice> For(ReverseDiffusion process) =>
        process.Coefficients.AlphaBars[^1] > 0 ? [Ddpm, Ddim, DpmSolver, Pndm] : [Ddpm, Ddim];

    /// <summary>The process of so many steps.</summary>
    public ReverseDiffusion Respace(ReverseDiffusion process, int steps) =>
        steps == process.Coefficients.Timesteps
            ? process
            : new ReverseDiffusion(
                new RespacedSchedule(process.Coefficients.Schedule, Spacing(process.Coefficients.Schedule, steps)),
                process.Options);

    private static ImmutableArray<int> Trailing(IVarianceSchedule schedule, int steps) =>
        TimestepSpacing.Trailing(schedule.Timesteps, steps);

    private static ImmutableArray<int> Karras(IVarianceSchedule schedule, int steps) => TimestepSpacing.Karras(schedule, steps);
}
