using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// The settings under which a run can go on as it began, as text, so that two runs can be compared and their difference shown: everything
/// that changes the result and that no tensor's shape shows.
/// </summary>
[UnconditionalSuppressMessage(
    "Trimming", "IL2075", Justification = "buildTransitive/Ddpm.Training.targets keeps what this reads in programs that are trimmed.")]
internal static class TrainingSettings
{
    public static SortedDictionary<string, string> Of(TrainerSettings trainer)
    {
        ReverseDiffusion process = trainer.Objective.Process;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Objective"] = SettingText.OfStateful(trainer.Objective),
            ["Timestep sampler"] = SettingText.OfStateful(trainer.Timesteps),
            ["Noise"] = trainer.IsNoiseOfSeed ? "of the seed" : SettingText.OfStateful(trainer.Noise),
            ["Process.Timesteps"] = process.Coefficients.Timesteps.ToString(CultureInfo.InvariantCulture),
            ["Process.Betas"] = SettingText.Of(process.Coefficients.Betas),
        };
        IEnumerable<KeyValuePair<string, string>> properties =
        [
            .. SettingText.Properties(trainer.Current, ""), .. SettingText.Properties(process.Options, "Process."),
            .. Network(trainer.Network),
        ];
        foreach ((string name, string text) in properties) settings[name] = text;
        if (!ReferenceEquals(trainer.Model, trainer.Network)) settings["Model"] = SettingText.OfStateful(trainer.Model);
        return settings;
    }

    // Networks of this library, and those that follow their habit, have their shape as Options: dropout and its like are in no tensor.
    private static IEnumerable<KeyValuePair<string, string>> Network(object network) =>
        network.GetType().GetProperty("Options")?.GetValue(network) is { } options ? SettingText.Properties(options, "Network.") : [];
}
