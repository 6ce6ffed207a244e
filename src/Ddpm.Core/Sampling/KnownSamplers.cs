using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>
/// Lists the samplers of this library by name: each <see cref="SamplingMethod"/>, with the defaults that every program shares, on tensors.
/// </summary>
public static class KnownSamplers
{
    /// <summary>Gets ancestral sampling, the paper's Algorithm 2, with all steps.</summary>
    public static SamplerEntry Ddpm { get; } = new(
        SamplingMethod.Ddpm,
        (model, process, loggers) => new DdpmSampler(model, process, loggers?.CreateLogger<DdpmSampler>()));

    /// <summary>Gets deterministic DDIM in 50 steps.</summary>
    public static SamplerEntry Ddim { get; } = new(
        SamplingMethod.Ddim,
        (model, process, loggers) => new DdimSampler(model, process, null, loggers?.CreateLogger<DdimSampler>()));

    /// <summary>Gets DPM-Solver++(2M) in 20 steps, spaced by Karras et al.</summary>
    public static SamplerEntry DpmSolver { get; } = new(
        SamplingMethod.DpmSolver,
        (model, process, loggers) => new DpmSolverSampler(model, process, loggers?.CreateLogger<DpmSolverSampler>()));

    /// <summary>Gets iPNDM of fourth order in 20 steps, spaced by Karras et al.</summary>
    public static SamplerEntry Pndm { get; } = new(
        SamplingMethod.Pndm,
        (model, process, loggers) => new PndmSampler(model, process, loggers?.CreateLogger<PndmSampler>()));

    /// <summary>Gets UniPC of order 2 in 20 steps, spaced by Karras et al.</summary>
    public static SamplerEntry UniPc { get; } = new(
        SamplingMethod.UniPc,
        (model, process, loggers) => new UniPcSampler(model, process, logger: loggers?.CreateLogger<UniPcSampler>()));

    /// <summary>Gets annealed Langevin dynamics, which asks the network several times at each timestep.</summary>
    public static SamplerEntry Langevin { get; } = new(
        SamplingMethod.Langevin,
        (model, process, loggers) => new LangevinSampler(model, process, null, loggers?.CreateLogger<LangevinSampler>()));

    /// <summary>Gets ancestral sampling with a Langevin step before each of its steps.</summary>
    public static SamplerEntry PredictorCorrector { get; } = new(
        SamplingMethod.PredictorCorrector,
        (model, process, loggers) =>
            new PredictorCorrectorSampler(model, process, null, loggers?.CreateLogger<PredictorCorrectorSampler>()));

    /// <summary>Gets all samplers, the paper's first.</summary>
    public static ImmutableArray<SamplerEntry> All { get; } = [Ddpm, Ddim, DpmSolver, Pndm, UniPc, Langevin, PredictorCorrector];

    /// <summary>Finds a sampler by name.</summary>
    /// <param name="name">Its <see cref="SamplerEntry.Name"/>.</param>
    /// <returns>The sampler.</returns>
    /// <exception cref="ArgumentException">No sampler has the name; the message lists the known names.</exception>
    public static SamplerEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(entry => entry.Name == name)
            ?? throw new ArgumentException($"name must be one of {string.Join(", ", All)}, but is \"{name}\".", nameof(name));
    }
}
