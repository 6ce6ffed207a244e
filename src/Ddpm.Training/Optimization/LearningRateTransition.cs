namespace Ddpm.Training;

/// <summary>The way from one decay of the learning rate to another in a run that was re-planned.</summary>
/// <param name="At">The step at which the run was re-planned. Range: ≥ 0.</param>
/// <param name="From">The factor of the learning rate there by the plan before. Range: 0 … 1.</param>
/// <param name="Steps">The steps after which the new decay alone counts. Range: ≥ 0.</param>
internal sealed record LearningRateTransition(long At, double From, long Steps)
{
    /// <summary>Returns the factor of a step at or after <see cref="At"/>, where the new decay's is <paramref name="factor"/>.</summary>
    public double Factor(long step, double factor)
    {
        long passed = step - At;
        return passed >= Steps ? factor : From + ((factor - From) * ((double)passed / Steps));
    }
}
