using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>The model that <c>--init-from</c> names: a model folder, the folder of a run, or a checkpoint.</summary>
/// <param name="path">The folder.</param>
internal sealed class StartingModel(string path)
{
    private const string Model = "model";

    // What the model decides.
    private static readonly string[] Decided =
    [
        "--channels", "--multipliers", "--blocks", "--attention", "--schedule", "--timesteps", "--variance",
    ];

    private string Folder => IsCheckpoint || !Directory.Exists(Path.Combine(path, Model)) ? path : Path.Combine(path, Model);

    private bool IsCheckpoint => File.Exists(Path.Combine(path, CheckpointManifest.FileName));

    /// <summary>Reads the shape of the network for some images, and the process.</summary>
    /// <exception cref="UsageException">An option describes what the model decides.</exception>
    /// <exception cref="InvalidDataException">The folder holds no model that can be read.</exception>
    public (UNetOptions Network, ReverseDiffusion Process) Configuration(TrainOptions options, IDataset data)
    {
        if (Decided.FirstOrDefault(options.Given.ContainsKey) is { } decided)
        {
            throw new UsageException($"{decided} does not go with --init-from: the network and the process are those of {path}.");
        }

        if (!Directory.Exists(path))
        {
            throw new UsageException($"--init-from must be a model folder, a run or a checkpoint, but {path} is no folder.");
        }

        (UNetOptions network, ReverseDiffusion process) =
            IsCheckpoint ? Checkpoint.LoadConfiguration(path) : ModelFolder.LoadConfiguration(Folder);
        // A network can learn to predict another of the quantities that follow from each other.
        ReverseDiffusion learned = options.Given.ContainsKey("--prediction") ? Predicting(process, options) : process;
        return (NetworkChoice.For(network, options, data), learned);
    }

    private static ReverseDiffusion Predicting(ReverseDiffusion process, TrainOptions options) =>
        new(process.Coefficients, process.Options with { Prediction = options.Prediction });

    /// <summary>Gives a network the weights; the report says which.</summary>
    /// <exception cref="InvalidDataException">The weights are damaged or do not fit their network.</exception>
    public TransferReport Initialize(UNet network)
    {
        using TrainedModel model = IsCheckpoint ? Checkpoint.LoadModel(path) : ModelFolder.Load(Folder);
        return network.InitializeFrom(model.Network);
    }
}
