using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>What a sampler is made with.</summary>
/// <param name="Method">The sampling method.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Spacing">The rule that chooses the timesteps.</param>
/// <param name="Eta">η of DDIM; 0 for others.</param>
/// <param name="Langevin">The Langevin steps; null for a method that takes none.</param>
internal sealed record SamplerKey(SamplingMethod Method, int Steps, SpacingRule Spacing, double Eta, LangevinOptions? Langevin);
