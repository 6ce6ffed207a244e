namespace Ddpm.Experiments;

/// <summary>What a user may choose.</summary>
/// <param name="Data">The folder with Fashion-MNIST's four IDX files.</param>
/// <param name="Model">The published model's folder.</param>
/// <param name="Output">Where networks, results and pictures are written.</param>
/// <param name="Quick">Whether to take the small budget.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
internal sealed record ExperimentOptions(DirectoryInfo Data, DirectoryInfo Model, DirectoryInfo Output, bool Quick, long Seed);
