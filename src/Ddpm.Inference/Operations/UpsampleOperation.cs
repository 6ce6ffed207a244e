namespace Ddpm.Inference;

/// <summary>Each pixel twice in each direction.</summary>
internal sealed class UpsampleOperation(Feature x) : Operation(x);
