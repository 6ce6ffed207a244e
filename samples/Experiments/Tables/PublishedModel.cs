using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Experiments;

/// <summary>The published model, called without classes unless an experiment names one.</summary>
internal static class PublishedModel
{
    /// <summary>Reads the model.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public static TrainedModel Load(Experiment experiment) =>
        Directory.Exists(experiment.ModelFolder)
            ? ModelFolder.Load(experiment.ModelFolder)
            : throw new DirectoryNotFoundException($"--model: the folder {experiment.ModelFolder} does not exist.");

    /// <summary>Its process with fewer steps.</summary>
    public static ReverseDiffusion Process(TrainedModel model, int steps) =>
        model.Process.Respace(Math.Min(steps, model.Process.Coefficients.Timesteps));
}
