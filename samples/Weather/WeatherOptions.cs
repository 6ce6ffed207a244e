namespace Weather;

/// <summary>What a user may choose.</summary>
/// <param name="Steps">Training steps.</param>
/// <param name="Samples">Months to draw for each city.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
/// <param name="Output">Where the months and their picture are written.</param>
internal sealed record WeatherOptions(int Steps, int Samples, long Seed, DirectoryInfo Output);
