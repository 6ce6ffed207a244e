namespace Ddpm.Inference;

/// <summary>
/// x (1 + scale) + shift, with a scale and a shift for each channel: the first and the second half of a conditioning vector (adaptive group
/// normalisation, Dhariwal and Nichol 2021, arXiv:2105.05233).
/// </summary>
internal sealed class ModulateOperation(Feature x, Feature scaleAndShift) : Operation(x, scaleAndShift);
