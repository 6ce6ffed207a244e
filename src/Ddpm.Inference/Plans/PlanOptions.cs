namespace Ddpm.Inference;

/// <summary>How a <see cref="Plan"/> computes.</summary>
/// <param name="Lanes">How many numbers its kernels compute with at once, see <see cref="VectorWidth"/>.</param>
/// <param name="Weights">How it keeps the weights of convolutions and of dense layers over pixels.</param>
internal readonly record struct PlanOptions(int Lanes, WeightPrecision Weights = WeightPrecision.Full);
