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
    /// Writes a U-Net, an <see cref="Mlp"/> or a network of your own, and its process; diffusers reads U-Nets alone. All files are
    /// written in full under temporary names and then renamed, those that have not changed left alone: a folder that is saved again and
    /// again differs in its weights only, and is the old or the new model at every moment. Where the network itself has changed, an
    /// interruption between two renames shows when the folder is read, in <see cref="LoadReport.ConfigurationChanged"/>.
    /// </summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="network">The network.</param>
    /// <param name="process">The process that it was trained for.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    /// <exception cref="IOException">A file cannot be written; the folder is as it was.</exception>
    public static void Save(string folder, DescribedNetwork network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Write(folder, network.Description, network.Graph.Output.Channels, process, network);
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
        Write(folder, new UNetDescription(network), network.OutChannels, process, null);
    }

    /// <summary>Reads the configuration that <see cref="SaveConfiguration"/> wrote, or the configuration of a complete folder.</summary>
    /// <param name="folder">The folder of a pipeline.</param>
    /// <returns>The shape of the network and its process.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged or has an unsupported setting; the message names it.</exception>
    public static (UNetOptions Network, ReverseDiffusion Process) LoadConfiguration(string folder)
    {
        ModelDescription description = ModelDescription.Read(folder);
        return (description.Network, ReadProcess(folder, description.Process));
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
        ModelDescription description = ModelDescription.Read(folder);
        var unet = new UNetDescription(description.Network);
        var contents = new FolderContents<UNetDescription>(unet, description.Process, description.Scheduler, description.IgnoredFields);
        return Load(folder, contents, options, Make, (network, process, report) => new TrainedModel(network, process, report));

        UNet Make(Initialization beginning) => new(unet.Options, 0, beginning);
    }

    /// <summary>Reads an <see cref="Mlp"/> and its process, as <see cref="Load(string, LoadOptions?)"/> reads a U-Net.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How strictly, and with which process. Default: strictly, with the folder's own.</param>
    /// <returns>The network, in evaluation mode, its process, and a report of what was left over; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">The folder holds another network, is damaged, or its weights do not fit.</exception>
    /// <exception cref="SafetensorsException">The weights are damaged.</exception>
    public static TrainedModel<Mlp> LoadMlp(string folder, LoadOptions? options = null)
    {
        FolderContents<MlpDescription> contents = ModelDescription.ReadMlp(folder);
        return Load(folder, contents, options, Make, (network, process, report) => new TrainedModel<Mlp>(network, process, report));

        Mlp Make(Initialization beginning) => new(contents.Network.Options);
    }

    /// <summary>Reads a network that your program describes, and its process.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="description">The description that the network was saved with.</param>
    /// <param name="options">How strictly, and with which process. Default: strictly, with the folder's own.</param>
    /// <returns>The network, in evaluation mode, its process, and a report of what was left over; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The description is of another kind than the folder's.</exception>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged, or the weights do not fit.</exception>
    /// <exception cref="SafetensorsException">The weights are damaged.</exception>
    public static TrainedModel<DescribedNetwork> Load(string folder, INetworkDescription description, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        FolderContents<INetworkDescription> contents = ModelDescription.ReadAny(folder, description);
        return Load(folder, contents, options, Make, (network, process, report) =>
            new TrainedModel<DescribedNetwork>(network, process, report));

        DescribedNetwork Make(Initialization beginning) => new(description);
    }

    private static TModel Load<TDescription, TNetwork, TModel>(
        string folder,
        FolderContents<TDescription> contents,
        LoadOptions? options,
        Func<Initialization, TNetwork> make,
        Func<TNetwork, ReverseDiffusion, LoadReport, TModel> together)
        where TDescription : INetworkDescription
        where TNetwork : DescribedNetwork
    {
        options ??= LoadOptions.Default;
        TorchRuntime.EnsureLoaded();
        INetworkDescription description = contents.Network;
        ReverseDiffusion process = options.Process ?? ReadProcess(folder, contents.Process);
        ReverseVariance variance = process.Options.Variance;
        NetworkGraph graph = NetworkGraph.Of(description);
        FolderProcess.RequireFit(folder, description, graph.Output.Channels, variance.Name, variance.OutputsPerElement);
        using ModelWeights weights = ModelWeights.Open(folder, description, options.WeightPrefix, options.Variant);
        WeightMatch match = weights.Match(graph);
        if (options.Strict) match.RequireComplete(weights.FilePath, weights.Prefixes);
        else match.RequireProportion(weights.FilePath);
        weights.RequireRange();
        // Beside the copy: each takes as long as the other. A network whose weights have another digest is not returned.
        Task<bool> digest = Task.Run(weights.VerifyDigest);
        TNetwork? network = null;
        try
        {
            // A strict load reads every weight, so that none needs a first value.
            network = make(options.Strict ? Initialization.Uninitialized : Initialization.Drawn);
            LoadReport report = StateDict.Copy(network, weights, match) with
            {
                Verified = digest.GetAwaiter().GetResult(),
                WeightsFile = weights.FilePath,
                Scheduler = contents.Scheduler,
                IgnoredFields = contents.Ignored,
                ConfigurationChanged = ConfigurationDigest.HasChanged(folder, weights.File),
            };
            network.eval();
            return together(network, process, report);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
        finally
        {
            // It reads the file, which is closed next.
            Task.WaitAny(digest);
            _ = digest.Exception;
        }
    }

    private static void Write(
        string folder, INetworkDescription description, int outputs, ReverseDiffusion process, DescribedNetwork? network)
    {
        TrainedModel.RequireFit(description, outputs, process);
        (string Path, byte[] Contents)[] files = ModelDescription.Files(description, process.Describe());
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

    private static ReverseDiffusion ReadProcess(string folder, ProcessDescription? own) =>
        FolderProcess.Require(folder, own, process => process.ToProcess());

    private static byte[] Bytes(string path) => RegularFile.ReadAllBytes(path, ConfigurationReader.DefaultLimit);

    private static void Stage(string path, byte[] contents, List<StagedFile> staged)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length == contents.Length && Bytes(path).AsSpan().SequenceEqual(contents)) return;
        staged.Add(AtomicFile.Stage(path, stream => stream.Write(contents)));
    }
}
