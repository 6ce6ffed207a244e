namespace Ddpm.Inference;

/// <summary>The channels of one feature, then those of another.</summary>
internal sealed class ConcatenateOperation(Feature x, Feature y) : Operation(x, y);
