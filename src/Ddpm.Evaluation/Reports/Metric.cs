namespace Ddpm.Evaluation;

/// <summary>A measured number.</summary>
/// <param name="Name">What it is, such as frechet_distance.</param>
/// <param name="Value">The number.</param>
/// <param name="Uncertainty">
/// How uncertain it is: a standard error or deviation, as <paramref name="Note"/> says; null where it is not known.
/// </param>
/// <param name="Note">What the uncertainty is and what else one must know to compare the number.</param>
public sealed record Metric(string Name, double Value, double? Uncertainty = null, string Note = "");
