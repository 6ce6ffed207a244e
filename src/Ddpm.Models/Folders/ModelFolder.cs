using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// A trained model as a folder in the layout of diffusers' DDPMPipeline: model_index.json, unet/config.json,
/// unet/diffusion_pytorch_model.safetensors and scheduler/scheduler_config.json. Reads DDIM pipelines, folders without subfolders and networks
/// alone too.
/// </summary>
public static class ModelFolder
{
    // Ours, in the metadata of the weights: which configurations they were written with.
    private const string ConfigurationKey = "configuration_sha256";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Writes a network and its process. All files are written in full under temporary names and then renamed, those that have not changed left
    /// alone: a folder that is saved again and again differs in its weights only, and is the old or the new model at every moment. Where the
    /// network itself has changed, an interruption between two renames shows when the folder is read, in <see cref="LoadReport.ConfigurationChanged"/>.
    /// </summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <param name="network">The network.</param>
    /// <param name="process">The process that it was trained for.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    /// <exception cref="IOException">A file cannot be written; the folder is as it was.</exception>
    public static void Save(string folder, UNet network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Write(folder, network.Options, process, network);
    }

    /// <summary>Writes the folder of a network and its process without the weights.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <param name="network">The shape of the network.</param>
    /// <param name="process">The process that it is trained for.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process; nothing has been written.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void SaveConfiguration(string folder, UNetOptions network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Write(folder, network, process, null);
    }

    /// <summary>Reads what <see cref="SaveConfiguration"/> wrote, or the same of a whole folder.</summary>
    /// <param name="folder">The folder of a pipeline.</param>
    /// <returns>The shape of the network and its process.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged or says what is not supported; the message names it.</exception>
    public static (UNetOptions Network, ReverseDiffusion Process) LoadConfiguration(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        var ignored = new List<string>();
        return (ReadNetwork(folder, ignored).Options, ReadProcess(folder, ignored));
    }

    /// <summary>Reads a network and its process. Strict by default: every tensor must be there, in its shape, and none besides.</summary>
    /// <param name="folder">The folder of a pipeline, or of a network alone.</param>
    /// <param name="options">How strictly, and with which process; by default strictly, with the folder's own.</param>
    /// <returns>The network, in evaluation mode, its process, and a report of what was left over; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing, or there is none but a pickle.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged or says what is not supported, network and process disagree, or the weights do not fit; the message names it.</exception>
    public static TrainedModel Load(string folder, LoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= LoadOptions.Default;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        var ignored = new List<string>();
        CheckIndex(folder);
        (UNetOptions networkOptions, string unet) = ReadNetwork(folder, ignored);
        string networkPath = Path.Combine(unet, FolderFiles.NetworkConfiguration);
        ReverseDiffusion process = options.Process ?? ReadProcess(folder, ignored);
        try
        {
            TrainedModel.RequireFit(networkOptions, process);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{folder}: {exception.Message}", exception);
        }

        // A strict load reads every weight, so that none needs a first value.
        var network = new UNet(networkOptions, 0, options.Strict ? Initialization.Uninitialized : Initialization.Drawn);
        try
        {
            using ISafetensors weights = FolderFiles.OpenWeights(unet, out string path);
            LoadReport report = StateDict.Load(network, weights, path, options.Strict);
            network.eval();
            return new TrainedModel(network, process, report with { IgnoredFields = [.. ignored], ConfigurationChanged = ConfigurationChanged(folder, networkPath, weights) });
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
        byte[] networkJson = Bytes(UNetConfiguration.Write(options)), processJson = Bytes(SchedulerConfigurationFile.Write(process));
        byte[] indexJson = Bytes(new JsonObject
        {
            ["_class_name"] = "DDPMPipeline",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["scheduler"] = new JsonArray("diffusers", "DDPMScheduler"),
            ["unet"] = new JsonArray("diffusers", "UNet2DModel"),
        });

        string unet = Path.Combine(folder, "unet"), scheduler = Path.Combine(folder, "scheduler");
        Directory.CreateDirectory(unet);
        Directory.CreateDirectory(scheduler);
        var metadata = new Dictionary<string, string> { [ConfigurationKey] = Digest(networkJson, processJson) };
        var staged = new List<StagedFile>();
        try
        {
            if (network is not null) staged.Add(SafetensorsWriter.Stage(Path.Combine(unet, FolderFiles.WeightsName + ".safetensors"), network.state_dict(), metadata));
            Stage(Path.Combine(unet, FolderFiles.NetworkConfiguration), networkJson, staged);
            Stage(Path.Combine(scheduler, FolderFiles.SchedulerConfiguration), processJson, staged);
            Stage(Path.Combine(folder, FolderFiles.Index), indexJson, staged);
            foreach (StagedFile file in staged) file.Commit();
        }
        finally
        {
            foreach (StagedFile file in staged) file.Dispose();
        }
    }

    private static (UNetOptions Options, string Folder) ReadNetwork(string folder, List<string> ignored)
    {
        string unet = FolderFiles.FindPart(folder, "unet", FolderFiles.NetworkConfiguration) ?? throw new FileNotFoundException($"{folder} is not a model folder: it has no unet/{FolderFiles.NetworkConfiguration} and no {FolderFiles.NetworkConfiguration}.");
        string path = Path.Combine(unet, FolderFiles.NetworkConfiguration);
        return (UNetConfiguration.Read(FolderFiles.ReadJson(path), path, ignored), unet);
    }

    private static ReverseDiffusion ReadProcess(string folder, List<string> ignored)
    {
        string scheduler = FolderFiles.FindPart(folder, "scheduler", FolderFiles.SchedulerConfiguration)
            ?? throw new FileNotFoundException($"{folder} holds a network alone: it has no scheduler/{FolderFiles.SchedulerConfiguration}. Give the process that it was trained for as {nameof(LoadOptions)}.{nameof(LoadOptions.Process)}.");
        string path = Path.Combine(scheduler, FolderFiles.SchedulerConfiguration);
        return SchedulerConfigurationFile.Read(FolderFiles.ReadJson(path), path, ignored);
    }

    private static void CheckIndex(string folder)
    {
        string path = Path.Combine(folder, FolderFiles.Index);
        if (!File.Exists(path)) return;
        string? kind = (FolderFiles.ReadJson(path)["_class_name"] as JsonValue)?.ToString();
        if (kind is not ("DDPMPipeline" or "DDIMPipeline")) throw new InvalidDataException($"{path}: _class_name must be DDPMPipeline or DDIMPipeline, but is {kind ?? "missing"}; nothing else is supported.");
    }

    // A folder that was half replaced by another model has weights of one and configurations of the other.
    private static bool ConfigurationChanged(string folder, string networkPath, ISafetensors weights)
    {
        string? scheduler = FolderFiles.FindPart(folder, "scheduler", FolderFiles.SchedulerConfiguration);
        if (scheduler is null || !weights.Metadata.TryGetValue(ConfigurationKey, out string? expected)) return false;
        return Digest(File.ReadAllBytes(networkPath), File.ReadAllBytes(Path.Combine(scheduler, FolderFiles.SchedulerConfiguration))) != expected;
    }

    private static void Stage(string path, byte[] contents, List<StagedFile> staged)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(contents)) return;
        staged.Add(AtomicFile.Stage(path, stream => stream.Write(contents)));
    }

    private static byte[] Bytes(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json, Indented);

    private static string Digest(byte[] network, byte[] process) => Convert.ToHexStringLower(SHA256.HashData([.. network, 0, .. process]));
}
