namespace Ddpm.Experiments;

/// <summary>A number with what it may be off by.</summary>
/// <param name="Value">The number.</param>
/// <param name="Error">Its standard error or deviation; null where there is none.</param>
internal sealed record Measured(double Value, double? Error = null);
