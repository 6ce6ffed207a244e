namespace Ddpm.Views;

/// <summary>What a user may choose.</summary>
/// <param name="Output">Where tables, numbers and pictures are written.</param>
/// <param name="Model">The included model's folder.</param>
/// <param name="Quick">Whether to take the small budget, with which the numbers of trained networks mean nothing.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
internal sealed record ViewsOptions(DirectoryInfo Output, DirectoryInfo Model, bool Quick, long Seed);
