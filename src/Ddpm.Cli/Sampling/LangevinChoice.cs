using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>The Langevin steps that options ask for.</summary>
internal static class LangevinChoice
{
    /// <summary>Throws where options of Langevin steps are given for a sampler that takes none.</summary>
    /// <exception cref="UsageException">They are.</exception>
    public static void Require(SamplingOptions options, SamplingMethod method)
    {
        string? option = options.SignalToNoise is not null ? "--signal-to-noise"
            : options.StepsPerLevel is not null ? "--steps-per-level" : null;
        if (option is null || method.TakesLangevinSteps) return;
        throw new UsageException(
            $"{option} goes with --sampler {SamplingMethod.Langevin} or {SamplingMethod.PredictorCorrector}, but the sampler is {method}.");
    }

    /// <summary>Gives the settings of the steps; null for a sampler that takes none.</summary>
    /// <param name="options">The options.</param>
    /// <param name="method">The sampler.</param>
    /// <param name="schedule">The schedule over the timesteps that it visits.</param>
    /// <exception cref="UsageException">The steps would not be stable; the message says how many are needed.</exception>
    public static LangevinOptions? Of(SamplingOptions options, SamplingMethod method, IVarianceSchedule schedule)
    {
        if (method == SamplingMethod.PredictorCorrector)
        {
            LangevinOptions corrector = LangevinOptions.Corrector;
            return corrector with
            {
                SignalToNoise = options.SignalToNoise ?? corrector.SignalToNoise,
                StepsPerLevel = options.StepsPerLevel ?? corrector.StepsPerLevel,
            };
        }

        if (method != SamplingMethod.Langevin) return null;
        try
        {
            return LangevinOptions.Annealing(new DiffusionCoefficients(schedule), options.SignalToNoise, options.StepsPerLevel);
        }
        catch (ArgumentException exception)
        {
            string text = ErrorLine.Of(exception)
                .Replace("signalToNoise", "--signal-to-noise", StringComparison.Ordinal)
                .Replace("stepsPerLevel", "--steps-per-level", StringComparison.Ordinal)
                .Replace("coefficients must have noise levels", "--sampler langevin needs noise levels", StringComparison.Ordinal);
            throw new UsageException(text);
        }
    }
}
