namespace Ddpm.Web;

/// <summary>What to draw; checked.</summary>
/// <param name="Sampler">With which sampler.</param>
/// <param name="Steps">In how many steps.</param>
/// <param name="Seed">From which noise.</param>
/// <param name="Count">How many pictures.</param>
/// <param name="Label">Of which class; null for none.</param>
/// <param name="Guidance">How strongly guided to the class; 1 for not at all.</param>
internal sealed record JobSettings(SamplerChoice Sampler, int Steps, long Seed, int Count, int? Label, double Guidance);
