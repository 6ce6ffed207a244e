using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Reads and writes a trained model as a folder in the layout of diffusers' DDPMPipeline: model_index.json, unet/config.json,
/// unet/diffusion_pytorch_model.safetensors and scheduler/scheduler_config.json. It also reads DDIM pipelines, folders without subfolders
/// and folders with only a network.
/// </summary>
public static class ModelFolder
{
    /// <summary>
    /// Writes a network and its process. All files are written in full under temporary names and then renamed; unchanged files are not
    /// touched. A folder that is saved repeatedly changes only in its weights, and is the old or the new model at every moment. If the
    /// configuration changes too, an interruption between two renames shows when the folder is read, in
    /// <see cref="LoadReport.ConfigurationChanged"/>.
    /// </summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="network">The network.</param>
    /// <param name="process">The process that it was trained for.</param>
    /// <exception cref="ArgumentException">The output of the network does not fit the process.</exception>
    /// <exception cref="NotSupportedException">The format cannot describe the network or the process.</exception>
    /// <exception cref="IOException">A file cannot be written; the folder has not changed.</exception>
    public static void Save(string folder, UNet network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Write(folder, network.Options, process, network);
    }

    /// <summary>Writes a model folder of a network and its process without weights.</summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="network">The shape of the network.</param>
    /// <param name="process">The process that it is trained for.</param>
    /// <exception cref="ArgumentException">The output of the network does not fit the process.</exception>
    /// <exception cref="NotSupportedException">The format cannot describe the network or the process; nothing has been written.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void SaveConfiguration(string folder, UNetOptions network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Write(folder, network, process, null);
    }

    /// <summary>Reads the configuration that <see cref="SaveConfiguration"/> wrote, or the configuration of a complete folder.</summary>
    /// <param name="folder">The folder of a pipeline.</param>
    /// <returns>The shape of the network and its process.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged or has an unsupported setting; the message names it.</exception>
    public static (UNetOptions Network, ReverseDiffusion Process) LoadConfiguration(string folder)
    {
        ModelDescription description = ModelDescription.Read(folder);
        return (description.Network, ReadProcess(folder, description));
    }

    /// <summary>
    /// Reads a network and its process. By default reading is strict: every tensor must exist in the right shape, and no other tensor may.
    /// It compares configurations and the names, types and shapes of the weights before it allocates memory, and compares weights with
    /// their digest where the folder has one.
    /// </summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="options">The strictness and the process. Default: strict, with the folder's own process.</param>
    /// <returns>
    /// The network, in evaluation mode, its process, and a report of unused and missing tensors; the caller disposes the model.
    /// </returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing, or the only weights are a pickle.</exception>
    /// <exception cref="InvalidDataException">
    /// A configuration is damaged or has an unsupported setting, network and process disagree, or the weights do not fit; the message names
    /// the problem.
    /// </exception>
    /// <exception cref="SafetensorsException">The weights are damaged.</exception>
    public static TrainedModel Load(string folder, LoadOptions? options = null)
    {
        options ??= LoadOptions.Default;
        ModelDescription description = ModelDescription.Read(folder);
        TorchRuntime.EnsureLoaded();
        ReverseDiffusion process = options.Process ?? ReadProcess(folder, description);
        ReverseVariance variance = process.Options.Variance;
        FolderProcess.RequireFit(folder, description.Network, variance.Name, variance.OutputsPerElement);
        using ModelWeights weights = ModelWeights.Open(folder, description.Network, options.WeightPrefix);
        WeightMatch match = weights.Match(UNet.GraphOf(description.Network));
        if (options.Strict) match.RequireComplete(weights.FilePath, weights.Prefixes);
        else match.RequireProportion(weights.FilePath);
        bool verified = weights.VerifyDigest();

        // A strict load reads every weight, so that none needs a first value.
        var network = new UNet(description.Network, 0, options.Strict ? Initialization.Uninitialized : Initialization.Drawn);
        try
        {
            int widened = StateDict.Copy(network, weights, match.Fitting);
            network.eval();
            return new TrainedModel(network, process, new LoadReport
            {
                Missing = match.Missing,
                Unexpected = match.Unexpected,
                Mismatched = match.Mismatched,
                Renamed = weights.Renamed,
                Widened = widened,
                LeftOut = weights.LeftOut,
                Prefixes = weights.Prefixes,
                Verified = verified,
                IgnoredFields = description.IgnoredFields,
                ConfigurationChanged = ConfigurationDigest.HasChanged(folder, weights.File),
            });
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void Write(string folder, UNetOptions options, ReverseDiffusion process, UNet? network)
    {
        TrainedModel.RequireFit(options, process);
        (string Path, byte[] Contents)[] files = new ModelDescription { Network = options, Process = process.Describe() }.Files();
        foreach ((string path, _) in files) Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        var staged = new List<StagedFile>();
        try
        {
            if (network is not null)
            {
                string digest = ConfigurationDigest.Of(files[0].Contents, files[1].Contents);
                var metadata = new Dictionary<string, string> { [ConfigurationDigest.Key] = digest };
                string weights = Path.Combine(folder, ModelLayout.Network, ModelLayout.WeightsFile);
                staged.Add(SafetensorsWriter.Stage(weights, network.state_dict(), metadata, digest: true));
            }

            foreach ((string path, byte[] contents) in files) Stage(Path.Combine(folder, path), contents, staged);
            foreach (StagedFile file in staged) file.Commit();
        }
        finally
        {
            foreach (StagedFile file in staged) file.Dispose();
        }
    }

    private static ReverseDiffusion ReadProcess(string folder, ModelDescription description) =>
        FolderProcess.Require(folder, description, process => process.ToProcess());

    private static byte[] Bytes(string path) => RegularFile.ReadAllBytes(path, ConfigurationReader.DefaultLimit);

    private static void Stage(string path, byte[] contents, List<StagedFile> staged)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length == contents.Length && Bytes(path).AsSpan().SequenceEqual(contents)) return;
        staged.Add(AtomicFile.Stage(path, stream => stream.Write(contents)));
    }
}
