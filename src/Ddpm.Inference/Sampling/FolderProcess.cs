using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Checks the process of a model folder: by itself, and against the network beside it.</summary>
internal static class FolderProcess
{
    /// <summary>Gives the process of a folder on spans.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="description">What it says.</param>
    /// <exception cref="FileNotFoundException">The folder holds a network alone.</exception>
    /// <exception cref="InvalidDataException">A name is unknown, or the parts do not go together.</exception>
    public static ReverseProcess Require(string folder, ModelDescription description) =>
        Require(folder, description.Process, process => new ReverseProcess(process, process.VisitedSchedule));

    /// <summary>Gives the process of a folder as one makes it, where its names are known and its parts go together.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="own">The process that it describes; null for none.</param>
    /// <param name="make">Makes the process; throws an <see cref="ArgumentException"/> for what is wrong with it.</param>
    /// <exception cref="FileNotFoundException">The folder holds a network alone.</exception>
    /// <exception cref="InvalidDataException">A name is unknown, or the parts do not go together.</exception>
    public static TProcess Require<TProcess>(string folder, ProcessDescription? own, Func<ProcessDescription, TProcess> make)
    {
        ProcessDescription process = own ?? throw new FileNotFoundException(
            $"{folder} holds a network alone: it has no {ModelLayout.Scheduler}/{ModelLayout.SchedulerConfiguration} of the process that "
            + "it was trained for, and none was given. Give it as LoadOptions.Process, such as one of KnownSchedules.");
        try
        {
            return make(process);
        }
        catch (ArgumentException exception)
        {
            string path = ModelLayout.FindFile(folder, ModelLayout.Scheduler, ModelLayout.SchedulerConfiguration) ?? folder;
            throw new InvalidDataException($"{path}: {ArgumentMessage.Of(exception)}", exception);
        }
    }

    /// <summary>Throws unless a network puts out what a variance needs.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="network">The shape of the network.</param>
    /// <param name="variance">The name of the variance, for the message.</param>
    /// <param name="outputsPerElement">How many numbers it needs for each element of x_t.</param>
    /// <exception cref="InvalidDataException">The network puts out another number of channels.</exception>
    public static void RequireFit(string folder, UNetOptions network, string variance, int outputsPerElement) =>
        RequireFit(folder, new UNetDescription(network), network.OutChannels, variance, outputsPerElement);

    /// <summary>The same for any network, by the channels that it puts out.</summary>
    /// <exception cref="InvalidDataException">The network puts out another number of channels.</exception>
    public static void RequireFit(
        string folder, INetworkDescription network, int outChannels, string variance, int outputsPerElement)
    {
        int outputs = outputsPerElement * network.InChannels;
        if (outChannels == outputs) return;
        (string output, string input) = network is MlpDescription ? ("outputs", "dimensions") : ("out_channels", "in_channels");
        throw new InvalidDataException(
            $"{ModelDescription.RequireNetworkFile(folder)}: {output} must be {outputs}, as the variance {variance} "
            + $"needs of {network.InChannels} {input}, but is {outChannels}.");
    }
}
