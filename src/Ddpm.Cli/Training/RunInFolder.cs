using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>The run that a folder holds, by its newest checkpoint.</summary>
/// <param name="checkpoint">The checkpoint's folder.</param>
/// <param name="manifest">Its manifest.</param>
internal sealed class RunInFolder(string checkpoint, CheckpointManifest manifest)
{
    /// <summary>The steps done.</summary>
    public long Steps => manifest.Steps;

    /// <summary>
    /// Finds the run of a folder of checkpoints; null where there is none, or none that can be read: a run that goes on at the same time
    /// removes checkpoints, and restoring says what is wrong with one.
    /// </summary>
    public static RunInFolder? Find(CheckpointStore checkpoints)
    {
        try
        {
            return checkpoints.All is [.., (_, string newest)] ? new RunInFolder(newest, CheckpointManifest.Read(newest)) : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Checks that the run is not to end before it was planned to.</summary>
    /// <exception cref="UsageException">It is.</exception>
    public void RequireSteps(TrainOptions options)
    {
        if (options.Decay == "none" || manifest.LearningRate?.EndsAt is not { } planned || options.Steps >= planned) return;
        throw new UsageException(
            $"--steps must be at least {planned}, for which the learning rate of the run in {options.Output} is planned, but is "
                + $"{options.Steps}. --max-minutes and Ctrl-C end a run earlier.");
    }

    /// <summary>Says what is resumed.</summary>
    /// <param name="decay">The decay that the run follows now.</param>
    /// <param name="over">The steps in which the rate goes over to another decay.</param>
    public string Text(LearningRateDecay decay, int over)
    {
        string at = Directory.GetLastWriteTime(checkpoint).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string before = manifest.Settings.GetValueOrDefault(nameof(TrainingOptions.Decay), ""), now = decay.ToString();
        string replanned = before == now ? "" : $"; the learning rate, {before} so far, goes over to {now} within {over:N0} steps";
        return $"Resuming, going on at step {Steps:N0}, from the checkpoint of {at}{replanned}";
    }
}
