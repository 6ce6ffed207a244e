namespace Ddpm.Core;

/// <summary>Reports how far the evaluation of a bound has come.</summary>
/// <param name="StepsDone">The number of network calls done.</param>
/// <param name="StepsTotal">The number of network calls in all; null when the number of batches is not known.</param>
/// <param name="ExamplesDone">The number of finished examples.</param>
/// <param name="Elapsed">The time since the start.</param>
public readonly record struct BoundProgress(long StepsDone, long? StepsTotal, long ExamplesDone, TimeSpan Elapsed)
{
    /// <summary>
    /// Gets the remaining time at the mean pace so far; null before the first step, or when the number of batches is not known.
    /// </summary>
    public TimeSpan? Remaining =>
        StepsDone == 0 || StepsTotal is null ? null : Elapsed * ((double)(StepsTotal.Value - StepsDone) / StepsDone);
}
