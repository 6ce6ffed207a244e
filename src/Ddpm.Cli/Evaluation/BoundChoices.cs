namespace Ddpm.Cli.Evaluation;

/// <summary>What a user may choose of <c>ddpm evaluate bpd</c>.</summary>
internal sealed record BoundChoices(
    string Model, string Data, string? Train, int? Steps, string Spacing, int Draws, bool ExactDecoder, int? Count, int? Size, bool Grayscale, int BatchSize, int Workers, long Seed, string Device, string? Plot, string? Progress);
