namespace Ddpm.Web;

/// <summary>A sampler to choose.</summary>
internal sealed record SamplerView(string Name, string Title, string About, int DefaultSteps);
