namespace Anomalies;

/// <summary>What a user may choose.</summary>
/// <param name="Data">The folder with Fashion-MNIST.</param>
/// <param name="Class">The class that is normal.</param>
/// <param name="Steps">Training steps of each network.</param>
/// <param name="Percent">How far noise is added, as a share of the sampler's steps in per cent.</param>
/// <param name="Pictures">The most pictures of each kind that are scored.</param>
/// <param name="Seed">The seed of weights, batches, noise and defects.</param>
/// <param name="Output">Where the table and the picture are written.</param>
internal sealed record AnomalyOptions(
    DirectoryInfo Data, int Class, int Steps, int Percent, int Pictures, long Seed, DirectoryInfo Output);
