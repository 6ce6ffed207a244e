namespace Ddpm.Training;

/// <summary>Writes the numbers of a run.</summary>
public interface IMetricWriter : IDisposable
{
    /// <summary>Starts a run. It removes rows for later steps, which a run that was killed after its last checkpoint wrote.</summary>
    /// <param name="trainingStep">Steps done so far.</param>
    /// <exception cref="IOException">The metrics cannot be written.</exception>
    void Begin(long trainingStep);

    /// <summary>Writes the numbers of a step.</summary>
    /// <param name="trainingStep">Steps done.</param>
    /// <param name="metrics">Names and numbers, the same names in the same order in every call; NaN for no number at this step.</param>
    /// <exception cref="IOException">The metrics cannot be written.</exception>
    void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics);
}
