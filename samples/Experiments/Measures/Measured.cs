namespace Ddpm.Experiments;

/// <summary>A number with what it may be off by.</summary>
/// <param name="Value">The number.</param>
/// <param name="Error">Its standard error or deviation; null where there is none.</param>
internal sealed record Measured(double Value, double? Error = null)
{
    /// <summary>The mean of two values or more, with their standard deviation.</summary>
    public static Measured Mean(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return new Measured(mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}
