using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Names a sampling method and holds the defaults that all programs share: one name, one seed and one number of steps give one picture, for
/// engines on tensors and on spans.
/// </summary>
/// <remarks>
/// The defaults follow docs/experiments, "Quality against the calls of the network": noise at every step is best with all steps; DDIM
/// changes little beyond 50; the solvers reach at 10 to 20 what DDIM reaches at 100, with steps that are even in σ^(1/7), as multistep
/// weights assume.
/// </remarks>
public sealed class SamplingMethod
{
    private readonly int? defaultSteps;

    private SamplingMethod(string name, string title, int? defaultSteps, SpacingRule spacing, bool needsSignal)
    {
        (Name, Title, DefaultSpacing, NeedsSignal) = (name, title, spacing, needsSignal);
        this.defaultSteps = defaultSteps;
    }

    /// <summary>Gets ancestral sampling, the paper's Algorithm 2, with all steps.</summary>
    public static SamplingMethod Ddpm { get; } = new("ddpm", "DDPM", null, KnownSpacings.Trailing, false);

    /// <summary>Gets DDIM in 50 steps.</summary>
    public static SamplingMethod Ddim { get; } = new("ddim", "DDIM", 50, KnownSpacings.Trailing, false);

    /// <summary>Gets DPM-Solver++(2M) in 20 steps, spaced by Karras et al.</summary>
    public static SamplingMethod DpmSolver { get; } = new("dpm-solver++", "DPM-Solver++", 20, KnownSpacings.Karras, true);

    /// <summary>Gets iPNDM of fourth order in 20 steps, spaced by Karras et al.</summary>
    public static SamplingMethod Pndm { get; } = new("ipndm", "iPNDM", 20, KnownSpacings.Karras, true);

    /// <summary>Gets UniPC of order 2 in 20 steps, spaced by Karras et al.</summary>
    public static SamplingMethod UniPc { get; } = new("unipc", "UniPC", 20, KnownSpacings.Karras, true);

    /// <summary>
    /// Gets annealed Langevin dynamics with all steps, or fewer, spaced by Karras et al.; <see cref="LangevinOptions.Annealing"/> says how
    /// often it asks the network at each.
    /// </summary>
    public static SamplingMethod Langevin { get; } = new("langevin", "Annealed Langevin", null, KnownSpacings.Karras, true);

    /// <summary>Gets ancestral sampling with a Langevin step before each of its steps.</summary>
    public static SamplingMethod PredictorCorrector { get; } =
        new("predictor-corrector", "Predictor–corrector", null, KnownSpacings.Trailing, false);

    /// <summary>Gets all methods, the paper's first.</summary>
    public static ImmutableArray<SamplingMethod> All { get; } = [Ddpm, Ddim, DpmSolver, Pndm, UniPc, Langevin, PredictorCorrector];

    /// <summary>Gets the name in commands, requests and tables.</summary>
    public string Name { get; }

    /// <summary>Gets the name as the papers write it.</summary>
    public string Title { get; }

    /// <summary>Gets the rule that chooses the timesteps of the steps.</summary>
    public SpacingRule DefaultSpacing { get; }

    /// <summary>Gets whether the process must leave some signal at T - 1.</summary>
    public bool NeedsSignal { get; }

    /// <summary>Whether its runs have Langevin steps, which <see cref="LangevinOptions"/> set.</summary>
    internal bool TakesLangevinSteps => this == Langevin || this == PredictorCorrector;

    /// <summary>Finds a method by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ArgumentException">No method has the name; the message lists the known names.</exception>
    public static SamplingMethod Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(method => method.Name == name)
            ?? throw new ArgumentException($"name must be one of {string.Join(", ", All)}, but is \"{name}\".", nameof(name));
    }

    /// <summary>Returns the number of steps that gives good samples.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <returns>The steps; at most T.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public int DefaultSteps(int timesteps) => Math.Min(defaultSteps ?? timesteps, Require.AtLeast(timesteps, 1));

    /// <summary>Returns the schedule over as many of its timesteps as the run has steps.</summary>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="steps">The steps. Range: 1 … T. Default: <see cref="DefaultSteps"/>.</param>
    /// <param name="spacing">The rule that chooses the timesteps. Default: <see cref="DefaultSpacing"/>.</param>
    /// <returns>The schedule; <paramref name="schedule"/> itself if the run takes all its timesteps.</returns>
    /// <exception cref="ArgumentException">The steps are out of range, or the spacing cannot give that many.</exception>
    public IVarianceSchedule Respace(IVarianceSchedule schedule, int? steps = null, SpacingRule? spacing = null)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return (spacing ?? DefaultSpacing).Respace(schedule, steps ?? DefaultSteps(schedule.Timesteps));
    }

    /// <summary>Returns <see cref="Name"/> as the text.</summary>
    public override string ToString() => Name;
}
