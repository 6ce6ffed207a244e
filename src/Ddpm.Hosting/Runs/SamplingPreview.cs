namespace Ddpm.Hosting;

/// <summary>Holds the pictures of a run in progress.</summary>
/// <param name="Step">The steps done; 0 for what the run begins with.</param>
/// <param name="Steps">The steps of the run.</param>
/// <param name="Timestep">The model's t of the last step, T-1 … 0; null before the first.</param>
/// <param name="Elapsed">The time since the run began.</param>
/// <param name="X0">The estimates x̂_0 of the finished pictures; null before the first step.</param>
/// <param name="Xt">The noisy pictures x after the step.</param>
public sealed record SamplingPreview(
    int Step, int Steps, int? Timestep, TimeSpan Elapsed, GeneratedImages? X0, GeneratedImages Xt)
{
    /// <summary>Gets the finished pictures, in the last preview of a run; null before.</summary>
    public GeneratedImages? Result { get; init; }
}
