namespace Ddpm.Core;

/// <summary>Reports how far a sampling run has come.</summary>
/// <param name="StepsDone">The number of network calls done, over all batches.</param>
/// <param name="StepsTotal">The number of network calls in all.</param>
/// <param name="SamplesDone">The number of finished samples.</param>
/// <param name="SamplesTotal">The number of requested samples.</param>
/// <param name="Elapsed">The time since the start.</param>
public readonly record struct SamplingProgress(long StepsDone, long StepsTotal, int SamplesDone, int SamplesTotal, TimeSpan Elapsed)
{
    /// <summary>Gets the remaining time at the mean pace so far; null before the first step.</summary>
    public TimeSpan? Remaining => StepsDone == 0 ? null : Elapsed * ((double)(StepsTotal - StepsDone) / StepsDone);
}
