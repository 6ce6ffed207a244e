namespace Ddpm.Core;

/// <summary>Reports how far a sampling run has come.</summary>
/// <param name="StepsDone">Network calls done, over all batches.</param>
/// <param name="StepsTotal">Network calls in all.</param>
/// <param name="SamplesDone">Samples finished.</param>
/// <param name="SamplesTotal">Samples requested.</param>
/// <param name="Elapsed">The time since the start.</param>
public readonly record struct SamplingProgress(long StepsDone, long StepsTotal, int SamplesDone, int SamplesTotal, TimeSpan Elapsed)
{
    /// <summary>Gets the remaining time at the mean pace so far; null before the first step.</summary>
    public TimeSpan? Remaining => StepsDone == 0 ? null : Elapsed * ((double)(StepsTotal - StepsDone) / StepsDone);
}
