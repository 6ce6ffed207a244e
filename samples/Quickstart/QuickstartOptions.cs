namespace Quickstart;

/// <summary>What a user may choose.</summary>
/// <param name="Steps">Training steps.</param>
/// <param name="BatchSize">Digits in a training step.</param>
/// <param name="Samples">Samples to draw and to measure.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
/// <param name="Output">Where pictures and model are written.</param>
/// <param name="Device">cpu, cuda or cuda:N.</param>
/// <param name="Timesteps">Steps of the process, which the program leaves at the paper's 1,000.</param>
internal sealed record QuickstartOptions(
    int Steps, int BatchSize, int Samples, long Seed, DirectoryInfo Output, string Device, int Timesteps = 1000);
