namespace Ddpm.Inference;

/// <summary>x_t, as the caller gives it.</summary>
internal sealed class InputOperation : Operation;
