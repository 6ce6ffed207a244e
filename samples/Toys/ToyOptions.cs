using Ddpm.Data;

namespace Toys;

/// <summary>What a user may choose.</summary>
/// <param name="Sets">The data sets, one after the other.</param>
/// <param name="Steps">Training steps of each.</param>
/// <param name="Seed">The seed of data, weights, batches and noise.</param>
/// <param name="Output">Where the plots are written.</param>
internal sealed record ToyOptions(IReadOnlyList<PlanarData> Sets, int Steps, long Seed, DirectoryInfo Output)
{
    /// <summary>Training steps that suffice for all sets. After fewer the program judges no samples.</summary>
    public const int FullSteps = 1000;
}
