namespace Ddpm.Models;

/// <summary>A level of a plan: its blocks, and the change of resolution after them, if there is one.</summary>
internal sealed record PlannedLevel(IReadOnlyList<PlannedBlock> Blocks, PlannedDownsample? Downsample, PlannedUpsample? Upsample);
