using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>Sets what a <see cref="Distillation"/> teaches. The defaults suit a student of 4 steps.</summary>
public sealed record DistillationOptions
{
    /// <summary>Gets the default settings.</summary>
    public static DistillationOptions Default { get; } = new();

    /// <summary>Gets the number of steps of the student. Range: ≥ 1.</summary>
    /// <value>Default: 4.</value>
    public int Steps { get; init; } = 4;

    /// <summary>
    /// Gets how many steps the teacher takes for one of the student, K of the paper. Range: ≥ 1, and <see cref="Steps"/> · K must be below
    /// T.
    /// </summary>
    /// <value>Default: 4 (the paper).</value>
    public int Substeps { get; init; } = 4;

    /// <summary>Gets the teacher's sampler, which must be deterministic.</summary>
    /// <value>Default: DPM-Solver++(2M); the paper takes DPM-Solver++(3M) for pixels.</value>
    public SamplerEntry Sampler { get; init; } = KnownSamplers.DpmSolver;

    /// <summary>
    /// Gets w, the strength of the guidance of a teacher with classes (arXiv:2207.12598), which the student learns too. Range: ≥ 0.
    /// </summary>
    /// <value>Default: 1: no guidance.</value>
    public double Guidance { get; init; } = 1;

    /// <summary>
    /// Gets the probability that a trajectory has no class, of a teacher with classes and a null label. Range: 0 … 1.
    /// </summary>
    /// <value>Default: 0.1, as <see cref="TrainingOptions.LabelDropout"/>.</value>
    public double LabelDropout { get; init; } = 0.1;

    /// <summary>Returns a text that names all settings.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Steps} steps for {Steps * Substeps} of {Sampler}, guidance {Guidance}, label dropout {LabelDropout}");

    internal DistillationOptions Validated()
    {
        Check(Steps >= 1, nameof(Steps), "≥ 1", Steps);
        Check(Substeps >= 1, nameof(Substeps), "≥ 1", Substeps);
        bool isDeterministic = Sampler == KnownSamplers.Ddim || Sampler == KnownSamplers.DpmSolver || Sampler == KnownSamplers.Pndm;
        Check(isDeterministic, nameof(Sampler),
            $"a deterministic sampler, {KnownSamplers.Ddim}, {KnownSamplers.DpmSolver} or {KnownSamplers.Pndm}", Sampler);
        Check(Guidance >= 0 && double.IsFinite(Guidance), nameof(Guidance), "≥ 0", Guidance);
        Check(LabelDropout is >= 0 and <= 1, nameof(LabelDropout), "0 … 1", LabelDropout);
        return this;
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(DistillationOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
