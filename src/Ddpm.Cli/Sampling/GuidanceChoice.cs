using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>What guidance leads away from, and where: the options beside its scale.</summary>
/// <param name="Weak">The folder of the weaker model of autoguidance; null for the model itself without its class.</param>
/// <param name="Interval">The timesteps with guidance; null for all.</param>
internal sealed record GuidanceChoice(string? Weak, GuidanceInterval? Interval)
{
    /// <summary>Reads the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="folder">The model that is guided.</param>
    /// <param name="description">Its configurations.</param>
    /// <exception cref="UsageException">They do not go together, or the weaker model is none for this one.</exception>
    /// <exception cref="InvalidDataException">The folder of the weaker model holds none.</exception>
    public static GuidanceChoice Of(SamplingOptions options, string folder, ModelDescription description)
    {
        string? option = options.WeakModel is not null ? "--weak-model" : !options.GuidanceInterval.IsEmpty ? "--guidance-interval" : null;
        if (option is not null && options.Guidance == 1)
        {
            throw new UsageException($"{option} goes with --guidance, which sets its strength: at 1 it does nothing.");
        }

        GuidanceInterval? interval = IntervalOf(options, description.Process!.Schedule.Timesteps);
        if (options.WeakModel is { } weak) Require(weak, folder, description);
        return new GuidanceChoice(options.WeakModel, interval);
    }

    private static GuidanceInterval? IntervalOf(SamplingOptions options, int timesteps)
    {
        if (options.GuidanceInterval.IsEmpty) return null;
        if (options.GuidanceInterval is [int first, int last] && first <= last && last < timesteps)
        {
            return new GuidanceInterval(first, last);
        }

        throw new UsageException(
            $"--guidance-interval must be the first and the last timestep with guidance, 0 ≤ first ≤ last ≤ {timesteps - 1}, but is "
            + $"{string.Join(',', options.GuidanceInterval)}.");
    }

    private static void Require(string weak, string folder, ModelDescription description)
    {
        ModelDescription other = ModelDescription.Read(weak);
        string own = Shape(description.Network), its = Shape(other.Network);
        (string What, string Expected, string Actual)? difference = own != its
            ? ("shape of a sample", own, its)
            : WeakModelRules.Difference(
                new UNetDescription(description.Network), description.Process!, new UNetDescription(other.Network), other.Process);
        if (difference is not { } found) return;
        throw new UsageException($"--weak-model must have the {found.What} of {folder}, {found.Expected}, but {weak} has {found.Actual}.");
    }

    private static string Shape(UNetOptions network) => $"[{string.Join(", ", network.SampleShape)}]";
}
