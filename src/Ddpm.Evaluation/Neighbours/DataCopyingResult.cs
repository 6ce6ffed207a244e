namespace Ddpm.Evaluation;

/// <summary>Holds how near samples and held-out examples lie to the training set.</summary>
/// <param name="SampleDistance">The median distance of a sample to its nearest training example.</param>
/// <param name="HeldOutDistance">That of a held-out example: what a model that copies nothing can be expected to reach.</param>
/// <param name="NearerProbability">
/// The probability that a sample lies nearer to the training set than a held-out example does, where equal distances count half. Range:
/// 0 … 1; 0.5 where both are of one distribution, 1 where all samples are copies.
/// </param>
/// <param name="ZScore">
/// C_T of the paper: the difference of that probability from 0.5, in its standard deviations, with the opposite sign. Below about -3 the
/// model copies; above 3 it draws what lies farther from the training set than real examples do.
/// </param>
public readonly record struct DataCopyingResult(double SampleDistance, double HeldOutDistance, double NearerProbability, double ZScore);
