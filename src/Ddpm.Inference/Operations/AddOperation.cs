namespace Ddpm.Inference;

/// <summary>The sum of two features, or of a feature and a conditioning vector, whose numbers each channel has everywhere.</summary>
internal sealed class AddOperation(Feature x, Feature y) : Operation(x, y);
