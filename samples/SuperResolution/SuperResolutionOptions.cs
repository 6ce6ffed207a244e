namespace Ddpm.Samples;

/// <summary>What a user may choose.</summary>
/// <param name="Data">The folder with Fashion-MNIST.</param>
/// <param name="Images">A folder of colour pictures in its place; null for none.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Samples">How many test pictures are measured, where there are as many.</param>
/// <param name="Channels">Channels of the network's first level.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
/// <param name="Output">Where model, checkpoints and picture are written.</param>
internal sealed record SuperResolutionOptions(
    DirectoryInfo Data, DirectoryInfo? Images, int Steps, int Samples, int Channels, long Seed, DirectoryInfo Output);
