namespace Ddpm.Hosting;

/// <summary>Describes a sampler that a request may name.</summary>
/// <param name="Name">The name in requests.</param>
/// <param name="Title">The name as the papers write it.</param>
/// <param name="About">When to choose it, in a line.</param>
/// <param name="DefaultSteps">The steps of a request that states none.</param>
/// <param name="DefaultSpacing">The name of the rule of a request that states none.</param>
public sealed record SamplerInformation(string Name, string Title, string About, int DefaultSteps, string DefaultSpacing);
