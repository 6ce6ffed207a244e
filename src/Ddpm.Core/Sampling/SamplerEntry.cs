using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>Describes a sampler of <see cref="KnownSamplers"/>: its names, its defaults and how to create it.</summary>
public sealed class SamplerEntry
{
    private readonly Func<IEpsilonModel, ReverseDiffusion, ILoggerFactory?, DiffusionSampler> create;

    internal SamplerEntry(
        SamplingMethod method, Func<IEpsilonModel, ReverseDiffusion, ILoggerFactory?, DiffusionSampler> create) =>
        (Method, this.create) = (method, create);

    /// <summary>Gets the method, which engines without tensors share.</summary>
    public SamplingMethod Method { get; }

    /// <summary>Gets the name in commands, requests and tables.</summary>
    public string Name => Method.Name;

    /// <summary>Gets the name as the papers write it.</summary>
    public string Title => Method.Title;

    /// <summary>Gets the rule that chooses the timesteps of the steps.</summary>
    public SpacingRule DefaultSpacing => Method.DefaultSpacing;

    /// <summary>Gets whether the process must leave some signal at T - 1.</summary>
    public bool NeedsSignal => Method.NeedsSignal;

    /// <summary>Returns the number of steps that gives good samples.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <returns>The steps; at most T.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public int DefaultSteps(int timesteps) => Method.DefaultSteps(timesteps);

    /// <summary>Returns whether the sampler can run a process.</summary>
    /// <param name="process">The process.</param>
    public bool Supports(ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return !NeedsSignal || process.Coefficients.AlphaBars[^1] > 0;
    }

    /// <summary>Returns the process over as many of its timesteps as the run has steps.</summary>
    /// <param name="process">The process that the network was trained with.</param>
    /// <param name="steps">The steps. Range: 1 … T. Default: <see cref="DefaultSteps"/>.</param>
    /// <param name="spacing">The rule that chooses the timesteps. Default: <see cref="DefaultSpacing"/>.</param>
    /// <returns>The process; <paramref name="process"/> itself if the run takes all its timesteps.</returns>
    /// <exception cref="ArgumentException">The steps are out of range, or the spacing cannot give that many.</exception>
    public ReverseDiffusion Respace(ReverseDiffusion process, int? steps = null, SpacingRule? spacing = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process.Respace(steps ?? DefaultSteps(process.Coefficients.Timesteps), spacing ?? DefaultSpacing);
    }

    /// <summary>Creates a sampler for a network and a process.</summary>
    /// <param name="model">The network.</param>
    /// <param name="process">The process, respaced to the steps to take.</param>
    /// <param name="loggers">Creates the logger that receives the start and end of each run. Default: no logging.</param>
    /// <returns>The sampler.</returns>
    /// <exception cref="ArgumentException">The sampler cannot run the process.</exception>
    public DiffusionSampler Create(IEpsilonModel model, ReverseDiffusion process, ILoggerFactory? loggers = null) =>
        create(model, process, loggers);

    /// <summary>Returns <see cref="Name"/> as the text.</summary>
    public override string ToString() => Name;
}
