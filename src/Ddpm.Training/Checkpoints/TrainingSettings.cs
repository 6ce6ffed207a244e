using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// The settings under which a run can go on as it began, as text, so that two runs can be compared and their difference shown.
/// </summary>
internal static class TrainingSettings
{
    public static SortedDictionary<string, string> Of(TrainingOptions options, Objective objective, ITimestepSampler timesteps)
    {
        ReverseDiffusion process = objective.Process;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Objective"] = objective.ToString() ?? "",
            ["Timestep sampler"] = timesteps.GetType().Name,
            ["Process.Timesteps"] = process.Coefficients.Timesteps.ToString(CultureInfo.InvariantCulture),
            ["Process.Betas"] = Digest(process.Coefficients.Betas.ToArray()),
            ["Process.InitialLogVariance"] = process.Options.InitialLogVariance.ToString(),
            ["Process.Prediction"] = process.Options.Prediction.GetType().Name,
            ["Process.Variance"] = process.Options.Variance.GetType().Name,
        };
        foreach (var property in typeof(TrainingOptions).GetProperties().Where(property => property.CanWrite))
        {
            settings[property.Name] = Text(property.GetValue(options));
        }

        return settings;
    }

    private static string Text(object? value) => value switch
    {
        ImmutableArray<AverageProfile> profiles => string.Join(", ", profiles),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Digest(double[] values) =>
        Convert.ToHexStringLower(SHA256.HashData(values.SelectMany(BitConverter.GetBytes).ToArray()))[..16];
}
