using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// A trained model as a folder in the layout of diffusers' DDPMPipeline: model_index.json, unet/config.json,
/// unet/diffusion_pytorch_model.safetensors and scheduler/scheduler_config.json.
/// </summary>
public static class ModelFolder
{
    private const string Index = "model_index.json";
    private const string NetworkConfiguration = "unet/config.json";
    private const string Weights = "unet/diffusion_pytorch_model.safetensors";
    private const string SchedulerConfiguration = "scheduler/scheduler_config.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a network and its process. Each file is written in one piece, the index last: a folder with an index is whole.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <param name="network">The network.</param>
    /// <param name="process">The process that it was trained for.</param>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(string folder, UNet network, ReverseDiffusion process)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        JsonObject networkJson = UNetConfiguration.Write(network.Options), processJson = SchedulerConfigurationFile.Write(process);

        Directory.CreateDirectory(Path.Combine(folder, "unet"));
        Directory.CreateDirectory(Path.Combine(folder, "scheduler"));
        SafetensorsWriter.Write(Path.Combine(folder, Weights), network.state_dict());
        WriteJson(folder, NetworkConfiguration, networkJson);
        WriteJson(folder, SchedulerConfiguration, processJson);
        WriteJson(folder, Index, new JsonObject
        {
            ["_class_name"] = "DDPMPipeline",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["scheduler"] = new JsonArray("diffusers", "DDPMScheduler"),
            ["unet"] = new JsonArray("diffusers", "UNet2DModel"),
        });
    }

    /// <summary>Reads a network and its process. Strict: every tensor must be there, in its shape, and none besides.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The network, in evaluation mode, and its process; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file of the layout is missing.</exception>
    /// <exception cref="InvalidDataException">A configuration is damaged or says what is not supported, or the weights do not fit; the message names it.</exception>
    public static TrainedModel Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        UNetOptions options = UNetConfiguration.Read(ReadJson(folder, NetworkConfiguration));
        ReverseDiffusion process = SchedulerConfigurationFile.Read(ReadJson(folder, SchedulerConfiguration));
        if (options.OutChannels != options.InChannels * process.Options.Variance.OutputsPerElement)
        {
            throw new InvalidDataException($"{folder}: the network puts out {options.OutChannels} channels for {options.InChannels}, but the scheduler's variance needs {options.InChannels * process.Options.Variance.OutputsPerElement}.");
        }

        var network = new UNet(options);
        try
        {
            using SafetensorsFile weights = SafetensorsFile.Open(Existing(folder, Weights));
            StateDict.Load(network, weights, Path.Combine(folder, Weights));
            network.eval();
            return new TrainedModel(network, process);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void WriteJson(string folder, string file, JsonObject json) =>
        AtomicFile.Write(Path.Combine(folder, file), stream => JsonSerializer.Serialize(stream, json, Indented));

    private static string Existing(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{folder} is not a model folder: it has no {file}.", path);
    }

    private static JsonObject ReadJson(string folder, string file)
    {
        string path = Existing(folder, file);
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"{path} must hold a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }
}
