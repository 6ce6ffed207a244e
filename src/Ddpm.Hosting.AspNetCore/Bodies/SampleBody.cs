namespace Ddpm.Hosting;

/// <summary>Describes the JSON of a request for OpenAPI; <see cref="BodyReader"/> reads it field by field.</summary>
/// <param name="Sampler">The name of the sampler.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Spacing">The name of the rule that chooses the timesteps.</param>
/// <param name="Eta">η of ddim.</param>
/// <param name="SignalToNoise">r of Langevin steps.</param>
/// <param name="StepsPerLevel">The Langevin steps at each noise level.</param>
/// <param name="Count">The number of pictures.</param>
/// <param name="Seed">The seed.</param>
/// <param name="ToSeed">The seed of the last picture.</param>
/// <param name="Label">A class or several, by number or by name.</param>
/// <param name="Conditions">The model's conditions by name: a PNG file in base64, numbers, or a list of such rows.</param>
/// <param name="Guidance">w of guidance.</param>
/// <param name="GuidanceInterval">The first and the last timestep with guidance.</param>
/// <param name="KeptConditions">The conditions that guidance does not strengthen.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="PreviewEvery">The steps between two previews.</param>
/// <param name="Image">A PNG file in base64 to begin with.</param>
/// <param name="ToImage">A PNG file in base64 to end with.</param>
/// <param name="Strength">How much of the picture noise replaces.</param>
/// <param name="Mask">A PNG file in base64: white is drawn, black is kept.</param>
/// <param name="Resamples">How often inpainting repeats each section.</param>
internal sealed record SampleBody(
    string? Sampler,
    int? Steps,
    string? Spacing,
    double? Eta,
    double? SignalToNoise,
    int? StepsPerLevel,
    int? Count,
    long? Seed,
    long? ToSeed,
    object? Label,
    Dictionary<string, object>? Conditions,
    double? Guidance,
    int[]? GuidanceInterval,
    string[]? KeptConditions,
    int? Width,
    int? Height,
    int? PreviewEvery,
    byte[]? Image,
    byte[]? ToImage,
    double? Strength,
    byte[]? Mask,
    int? Resamples);
