namespace Ddpm.Training;

/// <summary>Where the numbers of a run go.</summary>
public interface IMetricWriter : IDisposable
{
    /// <summary>
    /// Called before a run. What was written for later steps, by a run that was killed after its last checkpoint, is forgotten.
    /// </summary>
    /// <param name="trainingStep">Steps done so far.</param>
    /// <exception cref="IOException">Nothing can be written.</exception>
    void Begin(long trainingStep);

    /// <summary>Writes the numbers of a step.</summary>
    /// <param name="trainingStep">Steps done.</param>
    /// <param name="metrics">Names and numbers, the same names in the same order in every call; NaN for none this time.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics);
}
