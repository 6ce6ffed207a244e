using System.Globalization;

namespace Ddpm.Hosting;

/// <summary>Says that as many requests wait as may.</summary>
public sealed class QueueFullException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="length">How many wait.</param>
    /// <param name="retryAfter">When a place is likely to be free.</param>
    public QueueFullException(int length, TimeSpan retryAfter)
        : base(Text(length, retryAfter)) => (Length, RetryAfter) = (length, retryAfter);

    /// <summary>Gets how many requests wait.</summary>
    public int Length { get; }

    /// <summary>Gets the time after which a place is likely to be free.</summary>
    public TimeSpan RetryAfter { get; }

    private static string Text(int length, TimeSpan retryAfter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{length} runs are waiting, which is all that may. Try again in {Math.Ceiling(retryAfter.TotalSeconds)} s.");
}
