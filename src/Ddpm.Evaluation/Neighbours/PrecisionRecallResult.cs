namespace Ddpm.Evaluation;

/// <summary>Holds improved precision and recall.</summary>
/// <param name="Precision">The share of generated samples that lie within the real data. Range: 0 … 1.</param>
/// <param name="Recall">The share of real samples that lie within the generated ones. Range: 0 … 1.</param>
public readonly record struct PrecisionRecallResult(double Precision, double Recall);
