namespace Ddpm.Evaluation;

/// <summary>Holds a measured number.</summary>
/// <param name="Name">The name, such as frechet_distance.</param>
/// <param name="Value">The measured number.</param>
/// <param name="Uncertainty">The uncertainty: a standard error or deviation, as <paramref name="Note"/> says; null if unknown.</param>
/// <param name="Note">The meaning of the uncertainty, and what else is needed to compare the number.</param>
public sealed record Metric(string Name, double Value, double? Uncertainty = null, string Note = "");
